/* The interpreter lock, and who holds it when.

   cffi lets it go around every function. That costs as much as most of ours take, and a thread that
   computes would keep it for a while each time; so it stays held but in the calls of the engine that
   tools/generate_godot.py lists: those may wait for a thread that needs it. */

#include <time.h>

#ifdef _MSC_VER
#include <intrin.h>
#define PER_THREAD __declspec(thread)
#define add_atomic(counter, change) (_InterlockedExchangeAdd(counter, change) + (change))
#else
#define PER_THREAD _Thread_local
#define add_atomic(counter, change) __atomic_add_fetch(counter, change, __ATOMIC_ACQ_REL)
#endif

#undef Py_BEGIN_ALLOW_THREADS
#undef Py_END_ALLOW_THREADS
#define Py_BEGIN_ALLOW_THREADS {
#define Py_END_ALLOW_THREADS }

static long calls_under_way; /* of the engine, without the lock, in all threads */
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

static void ps_end_thread(unsigned long ident) {
    PyThreadState_SetAsyncExc(ident, PyExc_SystemExit);
}

static int ps_await_calls(void) {
    clock_t end = clock() + CLOCKS_PER_SEC;
    while (*(volatile long *)&calls_under_way != 0 && clock() < end) continue;
    return calls_under_way == 0;
}

static void shut_down(void) {
    py_shutdown();
    if (keeps_lock) PyGILState_Ensure(); /* and no release */
    py_release();
}
