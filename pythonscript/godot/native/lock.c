/* The interpreter lock.

   cffi releases it around every function. That takes as long as most of these functions do, and a
   computing thread would then keep the lock for a while each time. So it is released only around
   the calls of the engine that tools/generate_godot.py lists: those may wait for a thread that
   needs it.

   Threads of the engine *visit*: they come for one call and leave. At the end of the game the door
   is closed to them: the engine joins its threads, and those must not wait for Python. */

#include <string.h>

#ifdef _MSC_VER
#include <intrin.h>
#define PER_THREAD __declspec(thread)
#define add_atomic(counter, change) (_InterlockedExchangeAdd(counter, change) + (change))
#else
#define PER_THREAD _Thread_local
#define add_atomic(counter, change) __atomic_add_fetch(counter, change, __ATOMIC_SEQ_CST)
#endif

#undef Py_BEGIN_ALLOW_THREADS
#undef Py_END_ALLOW_THREADS
#define Py_BEGIN_ALLOW_THREADS {
#define Py_END_ALLOW_THREADS }

#define AWAIT_MSEC 500 /* for other threads' calls of the engine to end */

static long calls_under_way; /* calls of the engine without the lock, in all threads */
static int keeps_lock;

static PyThreadState *release_lock(void) {
    if (keeps_lock) return NULL;
    add_atomic(&calls_under_way, 1);
    return PyEval_SaveThread();
}

static void take_lock(PyThreadState *state) {
    if (state == NULL) return;
    add_atomic(&calls_under_way, -1);
    PyEval_RestoreThread(state);
}

static void ps_keep_lock(void) { keeps_lock = 1; }

static void ps_raise_in(unsigned long ident, uintptr_t exception) {
    PyThreadState_SetAsyncExc(ident, (PyObject *)exception);
}

static int ps_await_calls(void) {
    PyThread_type_lock taken = PyThread_allocate_lock();
    PyThread_acquire_lock(taken, WAIT_LOCK);
    /* This lock cannot be had, so the wait is a pause in which the interpreter lock stays held. */
    for (int msec = 0; add_atomic(&calls_under_way, 0) != 0 && msec < AWAIT_MSEC; msec++)
        PyThread_acquire_lock_timed(taken, 1000, 0);
    PyThread_release_lock(taken);
    PyThread_free_lock(taken);
    return add_atomic(&calls_under_way, 0) == 0;
}

static long visitors, is_door_closed;
static PER_THREAD int may_enter; /* set in the main thread and in visitors */
static _cffi_call_python_fnptr enter_python;

/* Whether the door is open. A visitor is counted before the second look, so that none is missed. */
static int passes_door(void) {
    if (add_atomic(&is_door_closed, 0)) return 0;
    add_atomic(&visitors, 1);
    if (!add_atomic(&is_door_closed, 0)) return 1;
    add_atomic(&visitors, -1);
    return 0;
}

static void note_task(const struct _cffi_externpy_s *function, const char *arguments); /* see tasks.c */

static void visit(struct _cffi_externpy_s *function, char *arguments) {
    if (may_enter) {
        enter_python(function, arguments);
        return;
    }
    note_task(function, arguments);
    if (passes_door()) {
        may_enter = 1;
        enter_python(function, arguments);
        may_enter = 0;
        add_atomic(&visitors, -1);
    } else {
        memset(arguments, 0, function->size_of_result); /* as cffi does if Python fails */
    }
}

static void watch_door(void) {
    may_enter = 1;
    enter_python = _cffi_call_python;
    _cffi_call_python = visit;
}

static void ps_close_door(void) { add_atomic(&is_door_closed, 1); }

static int ps_has_visitors(void) { return add_atomic(&visitors, 0) != 0; }

static void shut_down(void) {
    py_shutdown();
    if (keeps_lock) PyGILState_Ensure(); /* never released */
    py_release();
}
