"""Lists the libraries that every player's system has, so that no game ships them."""

# The libraries that each Linux must have for a manylinux_2_28 wheel (auditwheel's policy): those of
# glibc, of the compiler, and a few more.
_LINUX = """
ld-linux-aarch64.so.1 ld-linux-x86-64.so.2 libanl.so.1 libc.so.6 libdl.so.2 libm.so.6 libmvec.so.1
libnsl.so.1 libpthread.so.0 libresolv.so.2 librt.so.1 libutil.so.1
libatomic.so.1 libgcc_s.so.1 libstdc++.so.6
libexpat.so.1 libglib-2.0.so.0 libgobject-2.0.so.0 libgthread-2.0.so.0 libz.so.1
libGL.so.1 libICE.so.6 libSM.so.6 libX11.so.6 libXext.so.6 libXrender.so.1
"""
# The libraries in System32 of every Windows 10 and 11. Visual C++'s runtime is not among them.
_WINDOWS = """
advapi32 avicap32 bcrypt bcryptprimitives cabinet cfgmgr32 combase comctl32 comdlg32 credui
crypt32 cryptbase cryptsp d3d11 d3d12 d3d9 dbghelp dnsapi dwmapi dxgi dxva2 gdi32 gdi32full hid
imm32 iphlpapi kernel32 kernelbase mf mfplat mfreadwrite mpr mscoree msi msvcp_win msvcrt msvfw32
mswsock ncrypt netapi32 normaliz ntdll ole32 oleaut32 opengl32 pdh powrprof propsys psapi rpcrt4
sechost secur32 setupapi shcore shell32 shlwapi sspicli ucrtbase urlmon user32 userenv uxtheme
version win32u winhttp wininet winmm wintrust wldap32 ws2_32 wsock32 wtsapi32
"""
_LINUX_NAMES = frozenset(_LINUX.split())
_WINDOWS_NAMES = frozenset(f"{name}.dll" for name in _WINDOWS.split())


def is_system_library(library: str, system: str) -> bool:
    """Tells whether a binary finds `library` in the system "linux", "windows" or "macos"."""
    if system == "linux":
        return library in _LINUX_NAMES
    if system == "windows":
        name = library.lower()
        return name in _WINDOWS_NAMES or name.startswith(("api-ms-win-", "ext-ms-"))
    return library.startswith(("/usr/lib/", "/System/"))
