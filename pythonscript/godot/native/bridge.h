/* C functions for the Python half of the bridge. cffi reads this file too, so it has declarations
   only.

   Addresses are numbers (see tools/generate_godot.py). `at` is the address of a Variant. `value` is
   the address of a typed value, as `ptrcall` takes it. */

/* Threads at the end of the game. `ps_close_door` turns away calls from other threads of the
   engine: they get zeros. `ps_has_visitors` is whether one is still inside. `ps_raise_in` raises an
   exception, given the address of its class, in another thread. `ps_keep_lock` makes the main
   thread keep the interpreter lock after the engine's current call of Python. `ps_await_calls` then
   waits, for half a second at most, until no other thread is in a call of the engine, and returns
   whether that is so. */
void ps_close_door(void);
int ps_has_visitors(void);
void ps_raise_in(unsigned long ident, uintptr_t exception);
void ps_keep_lock(void);
int ps_await_calls(void);

/* Tasks of the engine's pool. `ps_use_pool` sets the methods for asking about them, in the order of
   tasks.c. When the Callable that `ps_set_end` makes is released, tasks that nothing waits for are
   collected. The numbers of methods that read or write a property have the bit PS_ACCESSOR. */
#define PS_ACCESSOR 1
void ps_use_pool(const uintptr_t *objects, const uintptr_t *methods);
void ps_set_end(uintptr_t at, int64_t object_id);

/* Scratch memory: `count` zeroed words of 24 bytes, each a Nil Variant, on a stack of the calling
   thread. `ps_leave` destroys the Variants and frees the memory, the last frame first. */
uintptr_t ps_enter(int count);
void ps_leave(uintptr_t frame, int count);

/* Objects. A reference outlives its object: its address is 0 once the engine has freed that. */
void ps_use_refcounted(uintptr_t init_ref, uintptr_t unreference, uintptr_t get_reference_count);
uintptr_t ps_refer(uintptr_t object);
void ps_drop(uintptr_t reference);
uintptr_t ps_object(uintptr_t reference);
void ps_forget(uintptr_t reference);
void ps_init_ref(uintptr_t object);
void ps_unreference(uintptr_t object);
int64_t ps_reference_count(uintptr_t object);
uintptr_t ps_class_name(uintptr_t object);

/* Time. `_pass_time` of an object returns for how many seconds it need not be called again. */
void ps_use_process_delta_time(uintptr_t get_process_delta_time);
void ps_wake(uintptr_t reference);

/* Methods. `offsets` has the position of each argument in the packed bytes. An argument with a bit
   in `objects` is a reference, or 0. The first argument of a value type's method is the value. */
#define PS_STATIC 1
#define PS_KEEP_LOCK 2
#define PS_VALUE 4
uintptr_t ps_method(uintptr_t bind, int flags, int count, const char *offsets, uint32_t objects);
uintptr_t ps_builtin_method(int type, uintptr_t name, int64_t hash);

/* ptrcalls by type of result. If an object is freed they return PS_FREED, or not-a-number. */
#define PS_FREED -9223372036854775807
int64_t ps_get_int(uintptr_t method, uintptr_t reference);
double ps_get_float(uintptr_t method, uintptr_t reference);
int64_t ps_call_int(uintptr_t method, uintptr_t reference, const char *arguments);
double ps_call_float(uintptr_t method, uintptr_t reference, const char *arguments);
int64_t ps_call_into(uintptr_t method, uintptr_t reference, const char *arguments, void *result);

/* Variant calls: frame[0] takes the result, frame[1..count] are the arguments. They return the type
   of the result, or -(error | argument << 8 | expected << 40) of GDExtensionCallError, or PS_FREED.
   A bit of `bare` marks an argument that a utility function takes as a typed value. */
int64_t ps_call_bound(uintptr_t method, uintptr_t reference, uintptr_t frame, int count);
int64_t ps_call_variant(uintptr_t at, uintptr_t name, uintptr_t frame, int count);
int64_t ps_call_static(int type, uintptr_t name, uintptr_t frame, int count);
int64_t ps_construct(int type, uintptr_t frame, int count);
int ps_evaluate(int operation, uintptr_t left, uintptr_t right, uintptr_t result);
void ps_call_utility(GDExtensionPtrUtilityFunction function, uintptr_t frame, int count, uint64_t bare,
                     uintptr_t result);
void ps_set_call_error(GDExtensionCallError *error, int kind, int argument, int expected);

/* Variants and typed values. */
void ps_set_bool(uintptr_t at, int value);
void ps_set_int(uintptr_t at, int64_t value);
void ps_set_float(uintptr_t at, double value);
void ps_set_object(uintptr_t at, uintptr_t object);
void ps_set_plain(uintptr_t at, int type, const char *bytes);
void ps_set_text(uintptr_t at, int type, const char *utf8, int64_t length);
void ps_set_typed(uintptr_t at, int type, uintptr_t value);
void ps_set_callable(uintptr_t at, uintptr_t id, uint64_t object_id);
void ps_set_signal(uintptr_t at, uintptr_t object, uintptr_t name);
int64_t ps_get_integer(uintptr_t at);
double ps_get_number(uintptr_t at);
uintptr_t ps_get_object(uintptr_t at);
uintptr_t ps_inside(uintptr_t at);
uintptr_t ps_callable_id(uintptr_t at);
const char *ps_text(uintptr_t at);
void ps_write_typed(uintptr_t value, int type, uintptr_t at);
void ps_destroy_typed(uintptr_t value, int type);
int64_t ps_read_bool(uintptr_t value);
double ps_read_float(uintptr_t value);
uintptr_t ps_read_pointer(uintptr_t value);
void ps_write_bool(uintptr_t value, int content);
void ps_write_pointer(uintptr_t value, uintptr_t content);
uintptr_t ps_word(uintptr_t array, int index);

/* Containers, each in a Variant. */
int64_t ps_size(uintptr_t at);
int64_t ps_element_types(uintptr_t at); /* of an Array; key | value << 8 of a Dictionary */
void ps_resize(uintptr_t at, int64_t size);
uintptr_t ps_packed_data(uintptr_t at, int type, int writable);
uintptr_t ps_packed_string(uintptr_t at, int64_t index);
void ps_packed_set_string(uintptr_t at, int64_t index, const char *utf8, int64_t length);
void ps_memory_copy(uintptr_t to, const char *from, int64_t size);
void ps_dictionary_keys(uintptr_t at, uintptr_t keys);

/* Names that live until ps_free_names. */
uintptr_t ps_name(const char *utf8, int64_t length);
void ps_free_names(void);

/* Registration. */
#define PS_NOTIFICATION 1
#define PS_TO_STRING 2
#define PS_SET 4
#define PS_GET 8
#define PS_PROPERTY_LIST 16
#define PS_REVERT 32
#define PS_VALIDATE 64
#define PS_REFCOUNTED 128
#define PS_ABSTRACT 256
#define PS_RUNTIME 512
#define PS_HIDDEN 1024
#define PS_PASS_TIME 2048
void ps_register_class(uintptr_t name, uintptr_t parent, uintptr_t id, int flags, uintptr_t icon);
void ps_register_main_loop(void);
void ps_describe_levels(GDExtensionInitialization *initialization);
void ps_use_library(uintptr_t library);
uintptr_t ps_library_address(void);
const char *ps_settings_folder(void);
const char *ps_load(GDExtensionInterfaceGetProcAddress find);
