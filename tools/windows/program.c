/* python.exe: CPython's own Programs/python.c, for a python3XX.dll that is opened by name. */
#include <stdio.h>
#include <windows.h>

int wmain(int count, wchar_t **arguments) {
    HMODULE python = LoadLibraryExW(LIBRARY, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (python == NULL) {
        fprintf(stderr, "%ls does not open: Windows error %lu\n", LIBRARY, GetLastError());
        return 1;
    }
    int (*run)(int, wchar_t **);
    *(FARPROC *)&run = GetProcAddress(python, "Py_Main");
    return run(count, arguments);
}
