/* Python functions that the engine calls. Each is defined with @ffi.def_extern() in
   pythonscript/godot. `instance` is the reference (see bridge.h) of the object. */

void py_initialize(uintptr_t userdata, GDExtensionInitializationLevel level);
void py_deinitialize(uintptr_t userdata, GDExtensionInitializationLevel level);
void py_shutdown(void);
void py_release(void);
void py_frame(void);

GDExtensionObjectPtr py_create(uintptr_t class_id, GDExtensionBool notify);
void py_free(uintptr_t class_id, GDExtensionClassInstancePtr instance);
uintptr_t py_find_virtual(uintptr_t class_id, GDExtensionConstStringNamePtr name, uint32_t hash);
void py_call_virtual(GDExtensionClassInstancePtr instance, GDExtensionConstStringNamePtr name,
                     uintptr_t virtual_id, uintptr_t arguments, GDExtensionTypePtr result);
void py_call_method(uintptr_t method_id, GDExtensionClassInstancePtr instance, uintptr_t arguments,
                    GDExtensionInt count, GDExtensionVariantPtr result, GDExtensionCallError *error);
void py_ptrcall_method(uintptr_t method_id, GDExtensionClassInstancePtr instance,
                       uintptr_t arguments, GDExtensionTypePtr result);
void py_notification(GDExtensionClassInstancePtr instance, int32_t what, GDExtensionBool reversed);
double py_pass_time(GDExtensionClassInstancePtr instance, double seconds);
void py_to_string(GDExtensionClassInstancePtr instance, uintptr_t valid, GDExtensionStringPtr result);
GDExtensionBool py_set(GDExtensionClassInstancePtr instance, GDExtensionConstStringNamePtr name,
                       GDExtensionConstVariantPtr at);
GDExtensionBool py_get(GDExtensionClassInstancePtr instance, GDExtensionConstStringNamePtr name,
                       GDExtensionVariantPtr at);
const GDExtensionPropertyInfo *py_property_list(GDExtensionClassInstancePtr instance, uintptr_t count);
void py_free_property_list(GDExtensionClassInstancePtr instance, const GDExtensionPropertyInfo *list,
                           uint32_t count);
GDExtensionBool py_can_revert(GDExtensionClassInstancePtr instance, GDExtensionConstStringNamePtr name);
GDExtensionBool py_get_revert(GDExtensionClassInstancePtr instance, GDExtensionConstStringNamePtr name,
                              GDExtensionVariantPtr at);
GDExtensionBool py_validate(GDExtensionClassInstancePtr instance, GDExtensionPropertyInfo *property);
void py_reference(GDExtensionClassInstancePtr instance);
void py_unreference(GDExtensionClassInstancePtr instance);

void py_callable_call(uintptr_t id, uintptr_t arguments, GDExtensionInt count,
                      GDExtensionVariantPtr result, GDExtensionCallError *error);
GDExtensionBool py_callable_valid(uintptr_t id);
void py_callable_free(uintptr_t id);
uint32_t py_callable_hash(uintptr_t id);
GDExtensionBool py_callable_equal(uintptr_t a, uintptr_t b);
GDExtensionBool py_callable_less(uintptr_t a, uintptr_t b);
void py_callable_to_string(uintptr_t id, uintptr_t valid, GDExtensionStringPtr result);
GDExtensionInt py_callable_argument_count(uintptr_t id, uintptr_t valid);
