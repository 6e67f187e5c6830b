/* The library that the engine opens. It finds CPython and the bridge, and starts both.

   It links to neither, so it can always be opened. A missing file then becomes a message in the
   editor's Output panel, instead of an extension that fails to load. `pythonscript.cfg` names the
   files. It is in `python/` beside this library, the runtime that an exported game carries, or else
   beside this library, where the addon was installed for this machine. */

#define _GNU_SOURCE
#include <limits.h>
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
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif
#define EXPORT __attribute__((visibility("default")))
#define SEPARATOR '/'
#endif

#include "interface.h"

#define PATH_ROOM 4096
#define SETTINGS_NAME "pythonscript.cfg"
#define MEND "Install the addon again: `npc-video install` with the folder of this project."
#define MEND_OF_PLAYERS "Files of this game are missing or damaged: reinstall the game."

typedef struct {
    char folder[PATH_ROOM]; /* base of relative paths in the file; ends in a separator */
    char libpython[PATH_ROOM];
    char bridge[PATH_ROOM];
    char executable[PATH_ROOM]; /* of a virtual environment; otherwise `home` is set */
    char home[PATH_ROOM];
    char python[16]; /* the minor version that the bridge was compiled for, such as 3.11 */
} settings;

static char problem[3 * PATH_ROOM];
static char mend[PATH_ROOM]; /* advice from the settings, or empty */
static int in_editor, is_for_players;
typedef void (*error_printer)(const char *description, const char *message, const char *function,
                              const char *file, int32_t line, GDExtensionBool editor_notify);
typedef void (*callback_adder)(GDExtensionClassLibraryPtr, const GDExtensionMainLoopCallbacks *);

static error_printer print_error;

/* ---- Functions of the operating system ---- */

#ifdef _WIN32
static int path_of(HMODULE module, char *path) {
    wchar_t wide[PATH_ROOM];
    DWORD length = GetModuleFileNameW(module, wide, PATH_ROOM);
    if (length == 0 || length == PATH_ROOM) return 0;
    return WideCharToMultiByte(CP_UTF8, 0, wide, -1, path, PATH_ROOM, NULL, NULL);
}
#endif

static int own_path(char *path) {
#ifdef _WIN32
    HMODULE module;
    GetModuleHandleExW(
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
        (LPCWSTR)&own_path, &module);
    return path_of(module, path);
#else
    Dl_info info;
    if (!dladdr((void *)&own_path, &info)) return 0;
    char whole[PATH_MAX];
    const char *found = realpath(info.dli_fname, whole) != NULL ? whole : info.dli_fname;
    if (strlen(found) >= PATH_ROOM) return 0;
    strcpy(path, found);
    return 1;
#endif
}

static int program_path(char *path) {
#ifdef _WIN32
    return path_of(NULL, path);
#elif defined(__APPLE__)
    char given[PATH_ROOM], whole[PATH_MAX];
    uint32_t room = PATH_ROOM;
    if (_NSGetExecutablePath(given, &room) != 0 || realpath(given, whole) == NULL) return 0;
    if (strlen(whole) >= PATH_ROOM) return 0;
    strcpy(path, whole);
    return 1;
#else
    ssize_t length = readlink("/proc/self/exe", path, PATH_ROOM - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return 1;
#endif
}

/* Cuts a path after its last separator. */
static int keep_folder(char *path) {
    char *end = strrchr(path, SEPARATOR);
    if (end == NULL) return 0;
    end[1] = 0;
    return 1;
}

/* An exported game has this library beside its program, or on macOS in the same bundle. */
static int belongs_to_program(const char *folder) {
    char program[PATH_ROOM];
    if (!program_path(program) || !keep_folder(program)) return 0;
#ifdef __APPLE__
    char *end = strstr(program, "/Contents/MacOS/");
    if (end != NULL) strcpy(end, "/Contents/Frameworks/");
#endif
    return strcmp(program, folder) == 0;
}

static int is_there(const char *path) {
#ifdef _WIN32
    wchar_t wide[PATH_ROOM];
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_ROOM)) return 0;
    return GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
#else
    return access(path, F_OK) == 0;
#endif
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

/* Makes the symbols of a library visible to later ones: extension modules such as NumPy's do not
   name libpython, and the engine opens its extensions separately. Missing symbols are reported only
   when called, so that a library of the wrong version can still be asked for its version. */
static void *open_library(const char *path) {
#ifdef _WIN32
    wchar_t wide[PATH_ROOM];
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, PATH_ROOM)) return NULL;
    return LoadLibraryExW(wide, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
#else
    return dlopen(path, RTLD_LAZY | RTLD_GLOBAL);
#endif
}

/* Adds the folder of Python's library to those that Windows searches. Extension modules such as
   NumPy's expect the C++ runtime beside the program, python.exe; but here that is the engine. */
static void let_find_beside(const char *library) {
#ifdef _WIN32
    char folder[PATH_ROOM];
    wchar_t wide[PATH_ROOM];
    snprintf(folder, PATH_ROOM, "%s", library);
    if (!keep_folder(folder)) return;
    if (MultiByteToWideChar(CP_UTF8, 0, folder, -1, wide, PATH_ROOM)) AddDllDirectory(wide);
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
        if (strcmp(line, "python") == 0)
            snprintf(found->python, sizeof(found->python), "%s", value);
        if (strcmp(line, "mend") == 0) snprintf(mend, PATH_ROOM, "%s", value);
        char *field = strcmp(line, "libpython") == 0    ? found->libpython
                      : strcmp(line, "bridge") == 0     ? found->bridge
                      : strcmp(line, "executable") == 0 ? found->executable
                      : strcmp(line, "home") == 0       ? found->home
                                                        : NULL;
        if (field == NULL) continue;
        snprintf(field, PATH_ROOM, "%s%s", is_absolute(value) ? "" : found->folder, value);
    }
    fclose(file);
    char *end = strrchr(found->home, SEPARATOR);
    if (end != NULL && strcmp(end + 1, ".") == 0) *end = 0; /* `home=.` is the file's own folder */
    return 1;
}

/* ---- Starting ---- */

static int fail(const char *what, const char *subject, const char *why) {
    snprintf(problem, sizeof(problem), "Python could not start: %s %s (%s). %s", what, subject, why,
             is_for_players   ? MEND_OF_PLAYERS
             : mend[0] != 0 ? mend
                            : MEND);
    return 0;
}

/* Whether libpython has the minor version that the bridge was compiled for. With another one the
   engine would hang without an error. */
static int check_version(void *library, const settings *found) {
    const char *(*version)(void);
    *(void **)&version = find_symbol(library, "Py_GetVersion");
    if (version == NULL) return fail("this is not Python's library:", found->libpython, "");
    size_t length = strlen(found->python);
    const char *told = version();
    if (strncmp(told, found->python, length) == 0 && (length == 0 || told[length] == '.')) return 1;
    char why[64];
    snprintf(why, sizeof(why), "it is %.16s, and %s is needed", told, found->python);
    return fail("another Python is there now:", found->libpython, why);
}

static int start(GDExtensionInterfaceGetProcAddress find, GDExtensionClassLibraryPtr library,
                 GDExtensionInitialization *initialization) {
    static settings found;
    char folder[PATH_ROOM];
    if (!own_path(folder) || !keep_folder(folder))
        return fail("the path of the addon's folder is too long", "", "");
    is_for_players = belongs_to_program(folder);
    char bundled[] = {'p', 'y', 't', 'h', 'o', 'n', SEPARATOR, 0};
    if (!read_settings(folder, bundled, &found) && !read_settings(folder, "", &found))
        return fail("there is no file", SETTINGS_NAME, folder);
    if (found.bridge[0] == 0)
        return fail("this file does not name the bridge:", SETTINGS_NAME, found.folder);
    if (found.executable[0] != 0 && !is_there(found.executable))
        return fail("the Python that the addon was installed with is missing:", found.executable,
                    "it was moved or deleted");
    if (found.libpython[0] != 0) {
        void *python = open_library(found.libpython);
        if (python == NULL)
            return fail("its library cannot be opened:", found.libpython, open_error());
        if (!check_version(python, &found)) return 0;
        let_find_beside(found.libpython);
    }
    void *bridge = open_library(found.bridge);
    if (bridge == NULL) return fail("the bridge cannot be opened:", found.bridge, open_error());

    const char *(*start_python)(const char *, const char *, const char *);
    const char *(*made_for)(void);
    GDExtensionInitializationFunction enter;
    *(void **)&start_python = find_symbol(bridge, "pythonscript_start");
    *(void **)&made_for = find_symbol(bridge, "pythonscript_made_for");
    *(void **)&enter = find_symbol(bridge, "pythonscript_init");
    if (start_python == NULL || enter == NULL || made_for == NULL)
        return fail("the bridge is of another version:", found.bridge, "it lacks its entry");
    if (found.python[0] != 0 && strcmp(made_for(), found.python) != 0)
        return fail("the bridge is for another Python:", found.bridge, made_for());
    const char *why = start_python(found.executable[0] ? found.executable : NULL,
                                   found.home[0] ? found.home : NULL, found.folder);
    if (why != NULL)
        return fail("the interpreter failed, in", found.home[0] ? found.home : found.executable,
                    why);
    if (!enter(find, library, initialization))
        return fail("the bridge does not fit this engine, or the files beside it:",
                    found.bridge, "it needs Godot 4.5 or newer, and its own Python packages");
    return 1;
}

/* ---- After a failed start ---- */

static void say(void) {
    print_error("Python could not start", problem, "pythonscript_entry", __FILE__, __LINE__, 1);
}

/* Prints the error in the Output panel, which did not exist when the terminal got it. */
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
