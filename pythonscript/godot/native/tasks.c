/* Tasks of the engine's pool that called Python and that nothing waits for.

   The engine keeps such a task to the very end, and destroys it after the script languages. With a
   lambda of GDScript in it, that aborts. So tasks are noted when they call Python, and waited for
   on behalf of the game while the scripts still exist. Group tasks are not noted: the pool releases
   their lambdas itself.

   The engine prints "Invalid Task ID" about a task that the game has waited for, whichever method
   is called. So its messages are turned off meanwhile, which works only until its clean-up begins.
   The last chance before that is when the scene tree, after its nodes, releases its timers. By then
   an attached debugger has received its last messages, and gets none of these.

   A task of threaded loading belongs to the engine. In it Python only makes objects and sets
   properties; such calls are not noted. */

#define NOTED_TASKS 16384 /* only the latest are kept */
#define LOOK_MSEC 2
#define TELL_MSEC 5000    /* for the pool to find out which tasks still run */
#define GIVE_UP_MSEC 60000 /* for those to end; the engine would wait for ever */
#define ERR_BUSY 44

/* In the order of ps_use_pool. */
enum { CALLER_TASK, IS_COMPLETED, WAIT_FOR, IS_PRINTING, SET_PRINTING, DELAY, PROCESSORS, ASKED };
static struct {
    uintptr_t object, method;
} asked[ASKED];

static int64_t noted[NOTED_TASKS]; /* 0 in free slots */
static long times_noted;
static int64_t last_of_engine = INT64_MAX; /* the last one before the game begins */
static PER_THREAD int64_t just_noted;
static long is_told, may_tell;

static int64_t ask_engine(int what, int64_t argument) {
    int64_t result = 0;
    uintptr_t arguments = (uintptr_t)&argument;
    engine.object_method_bind_ptrcall(asked[what].method, asked[what].object, (uintptr_t)&arguments,
                                      (uintptr_t)&result);
    return result;
}

static void note(int64_t task) {
    unsigned long slot = (unsigned long)add_atomic(&times_noted, 1) % NOTED_TASKS;
    ((volatile int64_t *)noted)[slot] = task;
}

/* cffi defines these below. */
static struct _cffi_externpy_s _cffi_externpy__py_call_method, _cffi_externpy__py_ptrcall_method,
    _cffi_externpy__py_callable_call, _cffi_externpy__py_to_string;

/* Whether a task of the engine's loading also makes this call. */
static int is_of_loading(const struct _cffi_externpy_s *function, const char *arguments) {
    if (function == &_cffi_externpy__py_call_method ||
        function == &_cffi_externpy__py_ptrcall_method)
        return *(const uintptr_t *)arguments & PS_ACCESSOR;
    return function != &_cffi_externpy__py_callable_call &&
           function != &_cffi_externpy__py_to_string;
}

static void note_task(const struct _cffi_externpy_s *function, const char *arguments) {
    if (last_of_engine == INT64_MAX || is_of_loading(function, arguments)) return;
    int64_t task = ask_engine(CALLER_TASK, 0);
    if (task <= last_of_engine || task == just_noted) return;
    just_noted = task;
    note(task);
}

static int64_t add_task(GDExtensionWorkerThreadPoolTask function, int is_urgent) {
    uint64_t no_text = 0;
    return engine.worker_thread_pool_add_native_task(asked[WAIT_FOR].object, function, 0, is_urgent,
                                                     (uintptr_t)&no_text);
}

static void do_nothing(uintptr_t userdata) {}

/* Collects ended tasks, on the main thread, and returns whether others are left. */
static int take_ended_back(void) {
    int are_left = 0;
    for (int slot = 0; slot < NOTED_TASKS; slot++) {
        int64_t task = noted[slot];
        if (task == 0) continue;
        if (ask_engine(IS_COMPLETED, task)) {
            ask_engine(WAIT_FOR, task);
            noted[slot] = 0;
        } else {
            are_left = 1;
        }
    }
    return are_left;
}

/* Collects ended tasks, on a thread of the pool, and returns whether others still run. Only there
   does the engine refuse to wait for a task that still runs, which tells it from one that is gone. */
static int leave_running(void) {
    int64_t caller = ask_engine(CALLER_TASK, 0);
    int are_left = 0;
    for (int slot = 0; slot < NOTED_TASKS; slot++) {
        int64_t task = noted[slot];
        if (task == 0 || task >= caller) continue;
        if (ask_engine(WAIT_FOR, task) == ERR_BUSY)
            are_left = 1;
        else
            noted[slot] = 0;
    }
    return are_left;
}

static void tell_running(uintptr_t userdata) {
    if (add_atomic(&may_tell, 0)) leave_running();
    add_atomic(&is_told, 1);
}

/* Runs in the pool after all earlier tasks have begun. The engine waits for it, as for any task,
   before it ends the scripts. */
static void take_rest_back(uintptr_t userdata) {
    for (int msec = 0; leave_running() && msec < GIVE_UP_MSEC; msec += LOOK_MSEC)
        ask_engine(DELAY, LOOK_MSEC);
    /* At its end the engine waits for idle threads without waking them; these tasks wake them. */
    for (int64_t left = ask_engine(PROCESSORS, 0); left > 0; left--) add_task(do_nothing, 1);
}

static void take_tasks_back(uintptr_t userdata) {
    int64_t printed = ask_engine(IS_PRINTING, 0);
    ask_engine(SET_PRINTING, 0);
    if (take_ended_back()) {
        add_atomic(&may_tell, 1);
        int64_t telling = add_task(tell_running, 1);
        for (int msec = 0; !add_atomic(&is_told, 0) && msec < TELL_MSEC; msec += LOOK_MSEC)
            ask_engine(DELAY, LOOK_MSEC);
        add_atomic(&may_tell, -1);
        if (add_atomic(&is_told, 0)) {
            ask_engine(WAIT_FOR, telling);
            if (take_ended_back()) add_task(take_rest_back, 0);
        }
    }
    ask_engine(SET_PRINTING, printed);
}

static void never_called(uintptr_t userdata, uintptr_t arguments, GDExtensionInt count,
                         GDExtensionVariantPtr result, GDExtensionCallError *error) {}

static GDExtensionBool is_valid(uintptr_t userdata) { return 1; }

static void ps_set_end(uintptr_t at, int64_t object_id) {
    GDExtensionCallableCustomInfo2 info = {
        .token = library,
        .object_id = (uint64_t)object_id, /* the object that the engine believes it belongs to */
        .call_func = never_called,
        .is_valid_func = is_valid,
        .free_func = take_tasks_back,
    };
    uint64_t callable[2] = {0, 0};
    engine.callable_custom_create2((uintptr_t)callable, &info);
    from_type[GDEXTENSION_VARIANT_TYPE_CALLABLE](at, (uintptr_t)callable);
    destroy_callable((uintptr_t)callable);
}

static void begin_notes(void) {
    if (asked[WAIT_FOR].method == 0) return;
    int64_t first = add_task(do_nothing, 1);
    note(first);
    last_of_engine = first;
}

static void ps_use_pool(const uintptr_t *objects, const uintptr_t *methods) {
    for (int i = 0; i < ASKED; i++) {
        asked[i].object = objects[i];
        asked[i].method = methods[i];
    }
}
