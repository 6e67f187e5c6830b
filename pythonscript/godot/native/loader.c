/* The library that the engine opens. It finds CPython and the bridge, and starts both.

   It links to neither of them, so it can always be opened itself, and whatever is missing becomes a
   sentence in the editor's Output instead of an extension that fails to load. Where things are
   stands in `pythonscript.cfg`: beside a bundled runtime in `python/`, which a shipped game has, or
   beside this library, where the build wrote it for this machine. */

#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#define EXPORT __declspec(dllexport)
#define SEPARATOR '\\'
#else
#include <dlfcn.h>
#define EXPORT __attribute__((visibility("default")))
#define SEPARATOR '/'
#endif

#include "interface.h"

#define PATH_ROOM 4096
#define SETTINGS_NAME "pythonscript.cfg"
#define MEND "Build the bridge again on this machine, or reinstall the addon."

typedef struct {
    char folder[PATH_ROOM]; /* that paths in the file are relative to; ends in a separator */
    char libpython[PATH_ROOM];
    char bridge[PATH_ROOM];
    char executable[PATH_ROOM]; /* of a virtual environment; else `home` is set */
    char home[PATH_ROOM];
} settings;

static char problem[3 * PATH_ROOM];
static int in_editor;
typedef void (*error_printer)(const char *description, const char *message, const char *function,
                              const char *file, int32_t line, GDExtensionBool editor_notify);
typedef void (*callback_adder)(GDExtensionClassLibraryPtr, const GDExtensionMainLoopCallbacks *);

static error_printer print_error;

/* ---- The system's own part ---- */

static int own_folder(char *folder) {
#ifdef _WIN32
    wchar_t path[PATH_ROOM];
    HMODULE module;
    GetModuleHandleExW(
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
        (LPCWSTR)&own_folder, &module);
    if (!GetModuleFileNameW(module, path, PATH_ROOM)) return 0;
    if (!WideCharToMultiByte(CP_UTF8, 0, path, -1, folder, PATH_ROOM, NULL, NULL)) return 0;
#else
    Dl_info info;
    if (!dladdr((void *)&own_folder, &info) || strlen(info.dli_fname) >= PATH_ROOM) return 0;
    strcpy(folder, info.dli_fname);
#endif
    char *end = strrchr(folder, SEPARATOR);
    if (end == NULL) return 0;
    end[1] = 0;
    return 1;
}

static FILE *open_text(const char *path) {
#ifdef _WIN32
    wchar_t wide[PATH_ROOM];
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_ROOM)) return NULL;
    return _wfopen(wide, L"r");
#else
    return fopen(path, "r");
#endif
}

/* Every later library finds the symbols of this one: extension modules such as NumPy's do not name
   libpython, and the engine opens its extensions apart from each other. */
static void *open_library(const char *path) {
#ifdef _WIN32
    wchar_t wide[PATH_ROOM];
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_ROOM)) return NULL;
    return LoadLibraryExW(wide, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
#else
    return dlopen(path, RTLD_NOW | RTLD_GLOBAL);
#endif
}

static const char *open_error(void) {
#ifdef _WIN32
    static char text[64];
    snprintf(text, sizeof(text), "Windows error %lu", GetLastError());
    return text;
#else
    return dlerror();
#endif
}

static void *find_symbol(void *module, const char *name) {
#ifdef _WIN32
    return (void *)GetProcAddress(module, name);
#else
    return dlsym(module, name);
#endif
}

/* ---- Settings ---- */

static int is_absolute(const char *path) {
    return path[0] == '/' || path[0] == '\\' || (path[0] != 0 && path[1] == ':');
}

static int read_settings(const char *folder, const char *below, settings *found) {
    char line[PATH_ROOM + 32], path[2 * PATH_ROOM];
    snprintf(path, sizeof(path), "%s%s%s", folder, below, SETTINGS_NAME);
    FILE *file = open_text(path);
    if (file == NULL) return 0;
    snprintf(found->folder, PATH_ROOM, "%s%s", folder, below);
    while (fgets(line, sizeof(line), file) != NULL) {
        line[strcspn(line, "\r\n")] = 0;
        char *value = strchr(line, '=');
        if (value == NULL) continue;
        *value++ = 0;
        char *field = strcmp(line, "libpython") == 0    ? found->libpython
                      : strcmp(line, "bridge") == 0     ? found->bridge
                      : strcmp(line, "executable") == 0 ? found->executable
                      : strcmp(line, "home") == 0       ? found->home
                                                        : NULL;
        if (field == NULL) continue;
        snprintf(field, PATH_ROOM, "%s%s", is_absolute(value) ? "" : found->folder, value);
    }
    fclose(file);
    return 1;
}

/* ---- Starting ---- */

static int fail(const char *what, const char *subject, const char *why) {
    snprintf(problem, sizeof(problem), "Python could not start: %s %s (%s). %s", what, subject, why,
             MEND);
    return 0;
}

static int start(GDExtensionInterfaceGetProcAddress find, GDExtensionClassLibraryPtr library,
                 GDExtensionInitialization *initialization) {
    static settings found;
    char folder[PATH_ROOM];
    if (!own_folder(folder)) return fail("the folder of the addon has too long a path", "", "");
    char bundled[] = {'p', 'y', 't', 'h', 'o', 'n', SEPARATOR, 0};
    if (!read_settings(folder, bundled, &found) && !read_settings(folder, "", &found))
        return fail("there is no file", SETTINGS_NAME, folder);
    if (found.bridge[0] == 0)
        return fail("this file does not name the bridge:", SETTINGS_NAME, found.folder);
    if (found.libpython[0] != 0 && open_library(found.libpython) == NULL)
        return fail("its library does not open:", found.libpython, open_error());
    void *bridge = open_library(found.bridge);
    if (bridge == NULL) return fail("the bridge does not open:", found.bridge, open_error());

    const char *(*start_python)(const char *, const char *, const char *);
    GDExtensionInitializationFunction enter;
    *(void **)&start_python = find_symbol(bridge, "pythonscript_start");
    *(void **)&enter = find_symbol(bridge, "pythonscript_init");
    if (start_python == NULL || enter == NULL)
        return fail("the bridge is of another version:", found.bridge, "it lacks its entry");
    const char *why = start_python(found.executable[0] ? found.executable : NULL,
                                   found.home[0] ? found.home : NULL, found.folder);
    if (why != NULL)
        return fail("the interpreter gives up, of", found.home[0] ? found.home : found.executable,
                    why);
    if (!enter(find, library, initialization))
        return fail("the bridge does not go with this engine, or not with the files beside it:",
                    found.bridge, "it needs Godot 4.5 or newer, and to be built of these files");
    return 1;
}

/* ---- When it did not start ---- */

static void say(void) {
    print_error("Python could not start", problem, "pythonscript_entry", __FILE__, __LINE__, 1);
}

/* The Output panel exists only now; what was printed before went to the terminal alone. */
static void say_in_editor(void) {
    if (in_editor) say();
}

static void notice_editor(uintptr_t userdata, GDExtensionInitializationLevel level) {
    in_editor |= level == GDEXTENSION_INITIALIZATION_EDITOR;
}

static void nothing(uintptr_t userdata, GDExtensionInitializationLevel level) {}
static void nothing_at_all(void) {}

EXPORT GDExtensionBool pythonscript_entry(GDExtensionInterfaceGetProcAddress find,
                                          GDExtensionClassLibraryPtr library,
                                          GDExtensionInitialization *initialization) {
    if (start(find, library, initialization)) return 1;
    print_error = (error_printer)find("print_error_with_message");
    callback_adder add_callbacks = (callback_adder)find("register_main_loop_callbacks");
    say();
    static const GDExtensionMainLoopCallbacks callbacks = {say_in_editor, nothing_at_all,
                                                           nothing_at_all};
    if (add_callbacks != NULL) add_callbacks(library, &callbacks);
    initialization->minimum_initialization_level = GDEXTENSION_INITIALIZATION_SCENE;
    initialization->initialize = notice_editor;
    initialization->deinitialize = nothing;
    return 1;
}
