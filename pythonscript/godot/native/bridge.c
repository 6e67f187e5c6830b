/* The C half of the bridge: code that would be too slow in Python, or could not be safe there. */

#include <math.h>
#include <string.h>

#define VARIANT_WORDS 3
#define VARIANT_SIZE (VARIANT_WORDS * sizeof(uint64_t))
#define MOST_ARGUMENTS 32

/* ---- Functions of the engine ---- */

static uintptr_t library;
static GDExtensionVariantFromTypeConstructorFunc from_type[GDEXTENSION_VARIANT_TYPE_VARIANT_MAX];
static GDExtensionTypeFromVariantConstructorFunc to_type[GDEXTENSION_VARIANT_TYPE_VARIANT_MAX];
static GDExtensionVariantGetInternalPtrFunc inside[GDEXTENSION_VARIANT_TYPE_VARIANT_MAX];
static GDExtensionPtrDestructor destroy_string, destroy_name, destroy_path, destroy_callable,
    destroy_signal;
static GDExtensionPtrConstructor string_from_name, string_from_path, path_from_string, new_signal;
static uint64_t name_size, name_resize, name_keys, name_element, name_key, name_value;

static const char *ps_load(GDExtensionInterfaceGetProcAddress find) {
    const char *missing = engine_load(find);
    if (missing != NULL) return missing;
    watch_door();
    for (int type = 1; type < GDEXTENSION_VARIANT_TYPE_VARIANT_MAX; type++) {
        from_type[type] = engine.get_variant_from_type_constructor(type);
        to_type[type] = engine.get_variant_to_type_constructor(type);
        inside[type] = engine.variant_get_ptr_internal_getter(type);
    }
    destroy_string = engine.variant_get_ptr_destructor(GDEXTENSION_VARIANT_TYPE_STRING);
    destroy_name = engine.variant_get_ptr_destructor(GDEXTENSION_VARIANT_TYPE_STRING_NAME);
    destroy_path = engine.variant_get_ptr_destructor(GDEXTENSION_VARIANT_TYPE_NODE_PATH);
    destroy_signal = engine.variant_get_ptr_destructor(GDEXTENSION_VARIANT_TYPE_SIGNAL);
    destroy_callable = engine.variant_get_ptr_destructor(GDEXTENSION_VARIANT_TYPE_CALLABLE);
    /* The numbers are the order of the constructors in the engine's class description. */
    string_from_name = engine.variant_get_ptr_constructor(GDEXTENSION_VARIANT_TYPE_STRING, 2);
    string_from_path = engine.variant_get_ptr_constructor(GDEXTENSION_VARIANT_TYPE_STRING, 3);
    path_from_string = engine.variant_get_ptr_constructor(GDEXTENSION_VARIANT_TYPE_NODE_PATH, 2);
    new_signal = engine.variant_get_ptr_constructor(GDEXTENSION_VARIANT_TYPE_SIGNAL, 2);
    engine.string_name_new_with_latin1_chars((uintptr_t)&name_size, "size", 1);
    engine.string_name_new_with_latin1_chars((uintptr_t)&name_resize, "resize", 1);
    engine.string_name_new_with_latin1_chars((uintptr_t)&name_keys, "keys", 1);
    engine.string_name_new_with_latin1_chars((uintptr_t)&name_element, "get_typed_builtin", 1);
    engine.string_name_new_with_latin1_chars((uintptr_t)&name_key, "get_typed_key_builtin", 1);
    engine.string_name_new_with_latin1_chars((uintptr_t)&name_value, "get_typed_value_builtin", 1);
    return NULL;
}

static void ps_use_library(uintptr_t ours) { library = ours; }

static uintptr_t ps_library_address(void) { return library; }

/* ---- Scratch memory ---- */

#define STACK_VARIANTS 512

static PER_THREAD uint64_t stack[STACK_VARIANTS * VARIANT_WORDS];
static PER_THREAD int stack_used;

static uintptr_t ps_enter(int count) {
    if (stack_used + count > STACK_VARIANTS) return (uintptr_t)calloc(count, VARIANT_SIZE);
    uint64_t *frame = stack + stack_used * VARIANT_WORDS;
    stack_used += count;
    memset(frame, 0, count * VARIANT_SIZE);
    return (uintptr_t)frame;
}

static void ps_leave(uintptr_t frame, int count) {
    for (int i = 0; i < count; i++) {
        uintptr_t at = frame + i * VARIANT_SIZE;
        if (*(int32_t *)at >= GDEXTENSION_VARIANT_TYPE_STRING) engine.variant_destroy(at);
    }
    if (frame >= (uintptr_t)stack && frame < (uintptr_t)(stack + STACK_VARIANTS * VARIANT_WORDS))
        stack_used -= count;
    else
        free((void *)frame);
}

/* ---- Objects ---- */

/* Shared by the engine's object and the Python object that stands for it. */
typedef struct {
    uintptr_t object; /* 0 once freed */
    long holders;
    double passed, rests; /* seconds since the last call of `_pass_time`, and until the next */
} reference;

static uintptr_t init_ref, unreference, get_reference_count;

static void ps_use_refcounted(uintptr_t init, uintptr_t undo, uintptr_t count) {
    init_ref = init;
    unreference = undo;
    get_reference_count = count;
}

static void ps_drop(uintptr_t shared) {
    if (add_atomic(&((reference *)shared)->holders, -1) == 0) free((void *)shared);
}

static uintptr_t binding_create(uintptr_t token, uintptr_t object) {
    reference *shared = calloc(1, sizeof(reference));
    shared->object = object;
    shared->holders = 1;
    return (uintptr_t)shared;
}

/* The engine may free an object on any thread; that must not wait for the interpreter lock. */
static void binding_free(uintptr_t token, uintptr_t object, uintptr_t shared) {
    ((volatile reference *)shared)->object = 0;
    ps_drop(shared);
}

static GDExtensionBool binding_reference(uintptr_t token, uintptr_t shared, GDExtensionBool up) {
    return 1;
}

static const GDExtensionInstanceBindingCallbacks binding = {binding_create, binding_free,
                                                            binding_reference};

static uintptr_t ps_refer(uintptr_t object) {
    uintptr_t shared = engine.object_get_instance_binding(object, (uintptr_t)&binding, &binding);
    add_atomic(&((reference *)shared)->holders, 1);
    return shared;
}

static uintptr_t ps_object(uintptr_t shared) { return ((volatile reference *)shared)->object; }

static void ps_forget(uintptr_t shared) { ((volatile reference *)shared)->object = 0; }

static void ps_init_ref(uintptr_t object) {
    GDExtensionBool done;
    engine.object_method_bind_ptrcall(init_ref, object, 0, (uintptr_t)&done);
}

static void ps_unreference(uintptr_t object) {
    GDExtensionBool last = 0;
    engine.object_method_bind_ptrcall(unreference, object, 0, (uintptr_t)&last);
    if (last) gd_object_destroy(object);
}

static int64_t ps_reference_count(uintptr_t object) {
    int64_t count = 0;
    engine.object_method_bind_ptrcall(get_reference_count, object, 0, (uintptr_t)&count);
    return count;
}

/* The address of a StringName; valid until this thread's next call. No count of the name is kept,
   because a thread that ends would never give it back; the class keeps its name alive. */
static uintptr_t ps_class_name(uintptr_t object) {
    static PER_THREAD uint64_t class_name;
    uint64_t counted = 0;
    engine.object_get_class_name(object, library, (uintptr_t)&counted);
    class_name = counted;
    destroy_name((uintptr_t)&counted);
    return (uintptr_t)&class_name;
}

/* ---- Time ---- */

#define NOTIFICATION_PROCESS 17

static uintptr_t get_process_delta_time;

static void ps_use_process_delta_time(uintptr_t method) { get_process_delta_time = method; }

static void ps_wake(uintptr_t shared) { ((reference *)shared)->rests = 0; }

/* In most frames nothing changes for a node. Asking Python would cost more than the rest of the
   node's frame, because little of Python is still in the processor's caches. While the game's time
   stands still no pause would end, so none is taken. */
static int passes_time(uintptr_t instance, int32_t what) {
    if (what != NOTIFICATION_PROCESS) return 0;
    reference *r = (reference *)instance;
    double seconds = 0;
    engine.object_method_bind_ptrcall(get_process_delta_time, r->object, 0, (uintptr_t)&seconds);
    r->passed += seconds;
    if (seconds > 0 && r->passed < r->rests) return 1;
    seconds = r->passed;
    r->passed = 0;
    add_atomic(&r->holders, 1); /* Python may free the object */
    r->rests = py_pass_time(instance, seconds);
    ps_drop(instance);
    return 1;
}

static void notify_of_time(uintptr_t instance, int32_t what, GDExtensionBool reversed) {
    passes_time(instance, what);
}

static void notify_of_all(uintptr_t instance, int32_t what, GDExtensionBool reversed) {
    if (!passes_time(instance, what)) py_notification(instance, what, reversed);
}

/* ---- Methods of engine classes ---- */

typedef struct {
    uintptr_t bind; /* for a method of a value: a GDExtensionPtrBuiltInMethod */
    int flags;
    int count;
    uint32_t objects; /* a bit for each argument that is an object */
    uint8_t offsets[MOST_ARGUMENTS];
} method;

static uintptr_t ps_method(uintptr_t bind, int flags, int count, const char *offsets,
                           uint32_t objects) {
    method *made = malloc(sizeof(method));
    made->bind = bind;
    made->flags = flags;
    made->count = count;
    made->objects = objects;
    memcpy(made->offsets, offsets, count);
    return (uintptr_t)made;
}

static uintptr_t ps_builtin_method(int type, uintptr_t name, int64_t hash) {
    return (uintptr_t)engine.variant_get_ptr_builtin_method(type, name, hash);
}

/* Returns 0 if the object, or one of the arguments, has been freed. */
static int ptrcall(uintptr_t method_, uintptr_t shared, const char *arguments, void *result) {
    const method *m = (const method *)method_;
    uintptr_t object = 0, pointers[MOST_ARGUMENTS], objects[MOST_ARGUMENTS];
    for (int i = 0; i < m->count; i++) {
        pointers[i] = (uintptr_t)arguments + m->offsets[i];
        if (!(m->objects >> i & 1)) continue;
        uintptr_t given = *(const uintptr_t *)pointers[i];
        objects[i] = given != 0 ? ps_object(given) : 0;
        if (given != 0 && objects[i] == 0) return 0;
        pointers[i] = (uintptr_t)&objects[i];
    }
    if (m->flags & PS_VALUE) {
        int first = !(m->flags & PS_STATIC); /* the value itself comes first */
        ((GDExtensionPtrBuiltInMethod)m->bind)(first ? pointers[0] : 0,
                                               (uintptr_t)(pointers + first), (uintptr_t)result,
                                               m->count - first);
        return 1;
    }
    if (!(m->flags & PS_STATIC) && (object = ps_object(shared)) == 0) return 0;
    if (m->flags & PS_KEEP_LOCK)
        engine.object_method_bind_ptrcall(m->bind, object, (uintptr_t)pointers, (uintptr_t)result);
    else
        gd_object_method_bind_ptrcall(m->bind, object, (uintptr_t)pointers, (uintptr_t)result);
    return 1;
}

static int64_t ps_call_int(uintptr_t method_, uintptr_t shared, const char *arguments) {
    int64_t result = 0; /* because a bool fills only the first byte */
    return ptrcall(method_, shared, arguments, &result) ? result : PS_FREED;
}

static double ps_call_float(uintptr_t method_, uintptr_t shared, const char *arguments) {
    double result = 0;
    return ptrcall(method_, shared, arguments, &result) ? result : NAN;
}

static int64_t ps_call_into(uintptr_t method_, uintptr_t shared, const char *arguments,
                            void *result) {
    return ptrcall(method_, shared, arguments, result) ? 0 : PS_FREED;
}

static int64_t ps_get_int(uintptr_t method_, uintptr_t shared) {
    return ps_call_int(method_, shared, NULL);
}

static double ps_get_float(uintptr_t method_, uintptr_t shared) {
    return ps_call_float(method_, shared, NULL);
}

/* ---- Variant calls ---- */

/* The type of the result, or a negative number for an error; see bridge.h. */
static int64_t outcome(const GDExtensionCallError *error, uintptr_t result) {
    if (error->error == GDEXTENSION_CALL_OK) return *(int32_t *)result;
    return -((int64_t)error->error | (int64_t)(uint32_t)error->argument << 8 |
             (int64_t)(uint8_t)error->expected << 40);
}

static const uintptr_t *argument_pointers(uintptr_t frame, int count, uintptr_t *few) {
    uintptr_t *pointers = count > MOST_ARGUMENTS ? malloc(count * sizeof(uintptr_t)) : few;
    for (int i = 0; i < count; i++) pointers[i] = frame + (i + 1) * VARIANT_SIZE;
    return pointers;
}

static int64_t ps_call_bound(uintptr_t method_, uintptr_t shared, uintptr_t frame, int count) {
    const method *m = (const method *)method_;
    uintptr_t object = 0, few[MOST_ARGUMENTS];
    if (!(m->flags & PS_STATIC) && (object = ps_object(shared)) == 0) return PS_FREED;
    const uintptr_t *pointers = argument_pointers(frame, count, few);
    GDExtensionCallError error = {0};
    gd_object_method_bind_call(m->bind, object, (uintptr_t)pointers, count, frame, &error);
    if (pointers != few) free((void *)pointers);
    return outcome(&error, frame);
}

static int64_t ps_call_variant(uintptr_t at, uintptr_t name, uintptr_t frame, int count) {
    uintptr_t few[MOST_ARGUMENTS];
    const uintptr_t *pointers = argument_pointers(frame, count, few);
    GDExtensionCallError error = {0};
    gd_variant_call(at, name, (uintptr_t)pointers, count, frame, &error);
    if (pointers != few) free((void *)pointers);
    return outcome(&error, frame);
}

static int64_t ps_call_static(int type, uintptr_t name, uintptr_t frame, int count) {
    uintptr_t few[MOST_ARGUMENTS];
    const uintptr_t *pointers = argument_pointers(frame, count, few);
    GDExtensionCallError error = {0};
    gd_variant_call_static(type, name, (uintptr_t)pointers, count, frame, &error);
    if (pointers != few) free((void *)pointers);
    return outcome(&error, frame);
}

static int64_t ps_construct(int type, uintptr_t frame, int count) {
    uintptr_t few[MOST_ARGUMENTS];
    const uintptr_t *pointers = argument_pointers(frame, count, few);
    GDExtensionCallError error = {0};
    engine.variant_construct(type, frame, (uintptr_t)pointers, count, &error);
    if (pointers != few) free((void *)pointers);
    return outcome(&error, frame);
}

static int ps_evaluate(int operation, uintptr_t left, uintptr_t right, uintptr_t result) {
    GDExtensionBool valid = 0;
    engine.variant_evaluate(operation, left, right, result, (uintptr_t)&valid);
    return valid;
}

static void ps_call_utility(GDExtensionPtrUtilityFunction function, uintptr_t frame, int count,
                            uint64_t bare, uintptr_t result) {
    uintptr_t few[MOST_ARGUMENTS];
    uintptr_t *pointers = (uintptr_t *)argument_pointers(frame, count, few);
    for (int i = 0; i < count && i < 64; i++)
        if (bare >> i & 1) pointers[i] = ps_inside(pointers[i]);
    PyThreadState *state = release_lock();
    function(result, (uintptr_t)pointers, count);
    take_lock(state);
    if (pointers != few) free(pointers);
}

static void ps_set_call_error(GDExtensionCallError *error, int kind, int argument, int expected) {
    error->error = (GDExtensionCallErrorType)kind;
    error->argument = argument;
    error->expected = expected;
}

/* ---- Variants and typed values ---- */

static void ps_set_bool(uintptr_t at, int value) {
    GDExtensionBool content = value != 0;
    from_type[GDEXTENSION_VARIANT_TYPE_BOOL](at, (uintptr_t)&content);
}

static void ps_set_int(uintptr_t at, int64_t value) {
    from_type[GDEXTENSION_VARIANT_TYPE_INT](at, (uintptr_t)&value);
}

static void ps_set_float(uintptr_t at, double value) {
    from_type[GDEXTENSION_VARIANT_TYPE_FLOAT](at, (uintptr_t)&value);
}

static void ps_set_object(uintptr_t at, uintptr_t object) {
    from_type[GDEXTENSION_VARIANT_TYPE_OBJECT](at, (uintptr_t)&object);
}

static void ps_set_plain(uintptr_t at, int type, const char *bytes) {
    from_type[type](at, (uintptr_t)bytes);
}

static void ps_set_typed(uintptr_t at, int type, uintptr_t value) { from_type[type](at, value); }

static void ps_set_text(uintptr_t at, int type, const char *utf8, int64_t length) {
    uint64_t text = 0, other = 0;
    if (type == GDEXTENSION_VARIANT_TYPE_STRING_NAME) {
        engine.string_name_new_with_utf8_chars_and_len((uintptr_t)&other, utf8, length);
        from_type[type](at, (uintptr_t)&other);
        destroy_name((uintptr_t)&other);
        return;
    }
    engine.string_new_with_utf8_chars_and_len2((uintptr_t)&text, utf8, length);
    if (type == GDEXTENSION_VARIANT_TYPE_NODE_PATH) {
        uintptr_t argument = (uintptr_t)&text;
        path_from_string((uintptr_t)&other, (uintptr_t)&argument);
        from_type[type](at, (uintptr_t)&other);
        destroy_path((uintptr_t)&other);
    } else {
        from_type[type](at, (uintptr_t)&text);
    }
    destroy_string((uintptr_t)&text);
}

/* The text of a String, StringName or NodePath; valid until this thread's next call. */
static const char *ps_text(uintptr_t at) {
    static PER_THREAD char *buffer;
    static PER_THREAD int64_t room;
    int32_t type = *(int32_t *)at;
    uint64_t made = 0;
    uintptr_t text = inside[type](at);
    if (type != GDEXTENSION_VARIANT_TYPE_STRING) {
        GDExtensionPtrConstructor convert =
            type == GDEXTENSION_VARIANT_TYPE_STRING_NAME ? string_from_name : string_from_path;
        convert((uintptr_t)&made, (uintptr_t)&text);
        text = (uintptr_t)&made;
    }
    int64_t length = engine.string_to_utf8_chars(text, NULL, 0);
    if (length >= room) {
        room = length + 1 + 256;
        buffer = realloc(buffer, room);
    }
    engine.string_to_utf8_chars(text, buffer, length);
    buffer[length] = 0;
    destroy_string((uintptr_t)&made);
    return buffer;
}

static int64_t ps_get_integer(uintptr_t at) {
    int32_t type = *(int32_t *)at;
    if (type == GDEXTENSION_VARIANT_TYPE_BOOL) return *(GDExtensionBool *)inside[type](at);
    return *(int64_t *)inside[type](at);
}

static double ps_get_number(uintptr_t at) {
    return *(double *)inside[GDEXTENSION_VARIANT_TYPE_FLOAT](at);
}

/* Looks the object up by its id, because the address in a Variant outlives it. 0 if it is freed. */
static uintptr_t ps_get_object(uintptr_t at) {
    GDObjectInstanceID id = engine.variant_get_object_instance_id(at);
    return id == 0 ? 0 : engine.object_get_instance_from_id(id);
}

static uintptr_t ps_inside(uintptr_t at) {
    int32_t type = *(int32_t *)at;
    return type == GDEXTENSION_VARIANT_TYPE_NIL ? at : inside[type](at);
}

static void ps_write_typed(uintptr_t value, int type, uintptr_t at) { to_type[type](value, at); }
static void ps_destroy_typed(uintptr_t value, int type) {
    GDExtensionPtrDestructor destroy = engine.variant_get_ptr_destructor(type);
    if (destroy != NULL) destroy(value);
}

static int64_t ps_read_bool(uintptr_t value) { return *(GDExtensionBool *)value; }
static double ps_read_float(uintptr_t value) { return *(double *)value; }
static uintptr_t ps_read_pointer(uintptr_t value) { return *(uintptr_t *)value; }
static void ps_write_bool(uintptr_t value, int content) { *(GDExtensionBool *)value = content; }
static void ps_write_pointer(uintptr_t value, uintptr_t content) { *(uintptr_t *)value = content; }
static uintptr_t ps_word(uintptr_t array, int index) { return ((uintptr_t *)array)[index]; }

/* ---- Callables and signals ---- */

static void ps_set_callable(uintptr_t at, uintptr_t id, uint64_t object_id) {
    uint64_t callable[2] = {0, 0};
    GDExtensionCallableCustomInfo2 info = {
        .callable_userdata = id,
        .token = library,
        .object_id = object_id,
        .call_func = py_callable_call,
        .is_valid_func = py_callable_valid,
        .free_func = py_callable_free,
        .hash_func = py_callable_hash,
        .equal_func = py_callable_equal,
        .less_than_func = py_callable_less,
        .to_string_func = py_callable_to_string,
        .get_argument_count_func = py_callable_argument_count,
    };
    engine.callable_custom_create2((uintptr_t)callable, &info);
    from_type[GDEXTENSION_VARIANT_TYPE_CALLABLE](at, (uintptr_t)callable);
    destroy_callable((uintptr_t)callable);
}

static uintptr_t ps_callable_id(uintptr_t at) {
    return engine.callable_custom_get_userdata(inside[GDEXTENSION_VARIANT_TYPE_CALLABLE](at),
                                               library);
}

static void ps_set_signal(uintptr_t at, uintptr_t object, uintptr_t name) {
    uint64_t made[2] = {0, 0};
    uintptr_t arguments[2] = {(uintptr_t)&object, name};
    new_signal((uintptr_t)made, (uintptr_t)arguments);
    from_type[GDEXTENSION_VARIANT_TYPE_SIGNAL](at, (uintptr_t)made);
    destroy_signal((uintptr_t)made);
}

/* ---- Containers ---- */

static int64_t ask(uintptr_t at, uint64_t *name) {
    uint64_t result[VARIANT_WORDS] = {0};
    GDExtensionCallError error = {0};
    engine.variant_call(at, (uintptr_t)name, 0, 0, (uintptr_t)result, &error);
    return ps_get_integer((uintptr_t)result);
}

static int64_t ps_size(uintptr_t at) { return ask(at, &name_size); }

static int64_t ps_element_types(uintptr_t at) {
    if (*(int32_t *)at == GDEXTENSION_VARIANT_TYPE_ARRAY) return ask(at, &name_element);
    return ask(at, &name_key) | ask(at, &name_value) << 8;
}

static void ps_resize(uintptr_t at, int64_t size) {
    uint64_t result[VARIANT_WORDS] = {0}, argument[VARIANT_WORDS] = {0};
    uintptr_t pointer = (uintptr_t)argument;
    GDExtensionCallError error = {0};
    ps_set_int((uintptr_t)argument, size);
    engine.variant_call(at, (uintptr_t)&name_resize, (uintptr_t)&pointer, 1, (uintptr_t)result,
                        &error);
}

static void ps_dictionary_keys(uintptr_t at, uintptr_t keys) {
    GDExtensionCallError error = {0};
    engine.variant_call(at, (uintptr_t)&name_keys, 0, 0, keys, &error);
}

#define PACKED(TYPE, name)                                                                    \
    case GDEXTENSION_VARIANT_TYPE_PACKED_##TYPE##_ARRAY:                                      \
        return writable ? engine.packed_##name##_array_operator_index(content, 0)             \
                        : engine.packed_##name##_array_operator_index_const(content, 0);

static uintptr_t ps_packed_data(uintptr_t at, int type, int writable) {
    uintptr_t content = inside[type](at);
    switch (type) {
        PACKED(BYTE, byte)
        PACKED(INT32, int32)
        PACKED(INT64, int64)
        PACKED(FLOAT32, float32)
        PACKED(FLOAT64, float64)
        PACKED(VECTOR2, vector2)
        PACKED(VECTOR3, vector3)
        PACKED(VECTOR4, vector4)
        PACKED(COLOR, color)
    }
    return 0;
}

/* Both work in place: a String is one word, and `inside` returns its address. */
static uintptr_t ps_packed_string(uintptr_t at, int64_t index) {
    uintptr_t content = inside[GDEXTENSION_VARIANT_TYPE_PACKED_STRING_ARRAY](at);
    return engine.packed_string_array_operator_index_const(content, index);
}

static void ps_packed_set_string(uintptr_t at, int64_t index, const char *utf8, int64_t length) {
    uintptr_t content = inside[GDEXTENSION_VARIANT_TYPE_PACKED_STRING_ARRAY](at);
    uintptr_t text = engine.packed_string_array_operator_index(content, index);
    destroy_string(text);
    engine.string_new_with_utf8_chars_and_len2(text, utf8, length);
}

static void ps_memory_copy(uintptr_t to, const char *from, int64_t size) {
    memcpy((void *)to, from, size);
}

/* ---- Names ---- */

typedef struct name_block {
    uint64_t name;
    struct name_block *next;
} name_block;

static name_block *names;

static uintptr_t ps_name(const char *utf8, int64_t length) {
    name_block *block = malloc(sizeof(name_block));
    engine.string_name_new_with_utf8_chars_and_len((uintptr_t)&block->name, utf8, length);
    block->next = names;
    names = block;
    return (uintptr_t)&block->name;
}

static void ps_free_names(void) {
    while (names != NULL) {
        name_block *next = names->next;
        destroy_name((uintptr_t)&names->name);
        free(names);
        names = next;
    }
}

/* ---- Registration ---- */

static GDExtensionClassNotification2 notification_of(int flags) {
    if (flags & PS_PASS_TIME) return flags & PS_NOTIFICATION ? notify_of_all : notify_of_time;
    return flags & PS_NOTIFICATION ? py_notification : NULL;
}

/* Callbacks that a class does not need stay NULL. The engine then skips the call, and with it the
   wait for the interpreter lock. */
static void ps_register_class(uintptr_t name, uintptr_t parent, uintptr_t id, int flags,
                              uintptr_t icon) {
    GDExtensionClassCreationInfo5 info = {
        .is_abstract = (flags & PS_ABSTRACT) != 0,
        .is_exposed = (flags & PS_HIDDEN) == 0,
        .is_runtime = (flags & PS_RUNTIME) != 0,
        .icon_path = icon,
        .set_func = flags & PS_SET ? py_set : NULL,
        .get_func = flags & PS_GET ? py_get : NULL,
        .get_property_list_func = flags & PS_PROPERTY_LIST ? py_property_list : NULL,
        .free_property_list_func = flags & PS_PROPERTY_LIST ? py_free_property_list : NULL,
        .property_can_revert_func = flags & PS_REVERT ? py_can_revert : NULL,
        .property_get_revert_func = flags & PS_REVERT ? py_get_revert : NULL,
        .validate_property_func = flags & PS_VALIDATE ? py_validate : NULL,
        .notification_func = notification_of(flags),
        .to_string_func = flags & PS_TO_STRING ? py_to_string : NULL,
        .reference_func = flags & PS_REFCOUNTED ? py_reference : NULL,
        .unreference_func = flags & PS_REFCOUNTED ? py_unreference : NULL,
        .create_instance_func = flags & PS_ABSTRACT ? NULL : py_create,
        .free_instance_func = py_free,
        .get_virtual_call_data_func = py_find_virtual,
        .call_virtual_with_data_func = py_call_virtual,
        .class_userdata = id,
    };
    engine.classdb_register_extension_class5(library, name, parent, &info);
}

static void begin_notes(void); /* see tasks.c */

static void ps_register_main_loop(void) {
    static const GDExtensionMainLoopCallbacks callbacks = {begin_notes, shut_down, py_frame};
    engine.register_main_loop_callbacks(library, &callbacks);
}

static void ps_describe_levels(GDExtensionInitialization *initialization) {
    initialization->minimum_initialization_level = GDEXTENSION_INITIALIZATION_SCENE;
    initialization->initialize = py_initialize;
    initialization->deinitialize = py_deinitialize;
}

/* ---- Starting the interpreter ---- */

static const char *start_failure(PyStatus status, PyConfig *config) {
    static char text[512];
    snprintf(text, sizeof(text), "%s", status.err_msg != NULL ? status.err_msg : "it gave no reason");
    PyConfig_Clear(config);
    return text;
}

static char settings_folder[4096];

static const char *ps_settings_folder(void) { return settings_folder; }

/* The minor version of Python that this was compiled for. */
CFFI_DLLEXPORT const char *pythonscript_made_for(void) {
    return Py_STRINGIFY(PY_MAJOR_VERSION) "." Py_STRINGIFY(PY_MINOR_VERSION);
}

#ifdef _WIN32
static const char *const inside_runtime[] = {"Lib", "DLLs", "Lib\\site-packages"};
#else
#define LIBRARY "lib/python" Py_STRINGIFY(PY_MAJOR_VERSION) "." Py_STRINGIFY(PY_MINOR_VERSION)
static const char *const inside_runtime[] = {LIBRARY, LIBRARY "/lib-dynload",
                                             LIBRARY "/site-packages"};
#endif

/* A game's own runtime is searched alone. Its folders are listed here, because the Pythons of some
   systems would look elsewhere. No site code of it runs at start, and no bytecode is written. */
static PyStatus use_runtime(PyConfig *config, const char *home) {
    PyStatus status = PyConfig_SetBytesString(config, &config->home, home);
    for (int i = 0; i < 3 && !PyStatus_Exception(status); i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", home, inside_runtime[i]);
        wchar_t *decoded = Py_DecodeLocale(path, NULL);
        if (decoded == NULL) return PyStatus_Error("the name of its folder cannot be decoded");
        status = PyWideStringList_Append(&config->module_search_paths, decoded);
        PyMem_RawFree(decoded);
    }
    config->module_search_paths_set = 1;
    config->site_import = 0;
    config->write_bytecode = 0;
    return status;
}

/* Starts CPython without the user's own settings and site-packages. `executable` is that of the
   virtual environment, or NULL if `home` is the folder of a bundled runtime. `folder` is where the
   settings were found. Returns NULL, or the reason for a failure. */
CFFI_DLLEXPORT const char *pythonscript_start(const char *executable, const char *home,
                                              const char *folder) {
    snprintf(settings_folder, sizeof(settings_folder), "%s", folder);
    if (Py_IsInitialized()) return NULL; /* another extension in this process started it */
    PyPreConfig before;
    PyConfig config;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    PyStatus status = Py_PreInitialize(&before);
    PyConfig_InitIsolatedConfig(&config);
    if (PyStatus_Exception(status)) return start_failure(status, &config);
    if (executable != NULL) {
        status = PyConfig_SetBytesString(&config, &config.executable, executable);
        if (PyStatus_Exception(status)) return start_failure(status, &config);
    }
    if (home != NULL) {
        status = use_runtime(&config, home);
        if (PyStatus_Exception(status)) return start_failure(status, &config);
    }
    status = Py_InitializeFromConfig(&config);
    if (PyStatus_Exception(status)) return start_failure(status, &config);
    PyConfig_Clear(&config);
    PyEval_SaveThread();
    return NULL;
}
