/* python.exe: CPython's own Programs/python.c, for a python3XX.dll that is opened by name.

   The DLL lies beside it, or, for a copy in a virtual environment, in the folder of pyvenv.cfg. */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

#define LONGEST 4096

/* Returns the library in the `home` of this program's environment; NULL if there is none. */
static HMODULE of_environment(void) {
    wchar_t path[LONGEST], line[LONGEST];
    DWORD length = GetModuleFileNameW(NULL, path, LONGEST);
    for (int level = 0; level < 2; level++) {
        while (length > 0 && path[length - 1] != L'\\') {
            length--;
        }
        length -= length > 0;
    }
    if (length == 0 || length + 16 > LONGEST) {
        return NULL;
    }
    wcscpy(path + length, L"\\pyvenv.cfg");
    FILE *file = _wfopen(path, L"rt, ccs=UTF-8");
    HMODULE found = NULL;
    while (file != NULL && found == NULL && fgetws(line, LONGEST, file) != NULL) {
        wchar_t home[LONGEST];
        if (swscanf(line, L"home = %4000[^\r\n]", home) == 1) {
            wcscat(home, L"\\" LIBRARY);
            found = LoadLibraryExW(home, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

int wmain(int count, wchar_t **arguments) {
    HMODULE python = LoadLibraryExW(LIBRARY, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (python == NULL) {
        python = of_environment();
    }
    if (python == NULL) {
        fprintf(stderr, "%ls does not open: Windows error %lu\n", LIBRARY, GetLastError());
        return 1;
    }
    int (*run)(int, wchar_t **);
    *(FARPROC *)&run = GetProcAddress(python, "Py_Main");
    return run(count, arguments);
}
