/* Replaces the engine in tests: opens an extension as Godot does, enters it, and runs a script in its
   Python.

       host.exe LOADER SCRIPT

   It gives the extension none of the engine's functions but the one that prints errors, so the bridge
   says that it does not fit this engine: by then the interpreter runs. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#define ROOM 4096

typedef void (*function)(void);

static void print_error(const char *description, const char *message, const char *where,
                        const char *file, int32_t line, uint8_t in_editor) {
    printf("%s: %s\n", description, message);
}

static function find(const char *name) {
    return strcmp(name, "print_error_with_message") == 0 ? (function)print_error : NULL;
}

static int fail(const char *what) {
    printf("%s: Windows error %lu\n", what, GetLastError());
    return 1;
}

/* As OS_Windows::open_dynamic_library in Godot. */
static HMODULE open_library(const wchar_t *path) {
    wchar_t folder[ROOM];
    wcscpy(folder, path);
    *wcsrchr(folder, L'\\') = 0;
    DLL_DIRECTORY_COOKIE cookie = AddDllDirectory(folder);
    HMODULE library = LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    RemoveDllDirectory(cookie);
    return library;
}

static int run(HMODULE python, const wchar_t *script) {
    int (*ensure)(void), (*run_text)(const char *);
    *(FARPROC *)&ensure = GetProcAddress(python, "PyGILState_Ensure");
    *(FARPROC *)&run_text = GetProcAddress(python, "PyRun_SimpleString");
    char name[ROOM], text[2 * ROOM];
    WideCharToMultiByte(CP_UTF8, 0, script, -1, name, ROOM, NULL, NULL);
    snprintf(text, sizeof(text), "import runpy; runpy.run_path(r'%s', run_name='__main__')", name);
    ensure();
    return run_text(text) ? 1 : 0;
}

int wmain(int count, wchar_t **arguments) {
    setvbuf(stdout, NULL, _IONBF, 0);
    SetConsoleOutputCP(CP_UTF8);
    if (count != 3) return fail("name a loader and a script");
    HMODULE loader = open_library(arguments[1]);
    if (loader == NULL) return fail("the loader does not open");
    uint8_t (*enter)(void *, void *, void *);
    *(FARPROC *)&enter = GetProcAddress(loader, "pythonscript_entry");
    if (enter == NULL) return fail("the loader has no entry");
    char initialization[256] = {0};
    if (!enter((void *)find, (void *)1, initialization)) return fail("the entry refuses");
    HMODULE python = GetModuleHandleW(LIBRARY);
    if (python == NULL) return fail("there is no interpreter");
    return run(python, arguments[2]);
}
