"""Lists the libraries in wheels and Pythons, each with its licence and its source.

Their projects' own texts are in `licences`. Licences that several projects share have one text. The
list comes from the wheels of PyAV 18.1 and NumPy 2.4 for all six platforms.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from .console import Failure

LICENCES = Path(__file__).with_name("licences")


@dataclass(frozen=True, slots=True)
class Project:
    """The makers of a library, and their terms for those who distribute it.

    Attributes:
        name: As it calls itself.
        licence: SPDX expression.
        source: The address of the source.
        texts: Names of files in `licences`, without their suffix.
        note: Further remarks; a sentence, or "".
    """

    name: str
    licence: str
    source: str
    texts: tuple[str, ...]
    note: str = ""

    @property
    def is_gpl(self) -> bool:
        """Tells whether its licence would apply to a whole game that contains it."""
        return self.licence.startswith("GPL-") and "WITH" not in self.licence


_LGPL3 = ("LGPL-3.0", "GPL-3.0")
_GCC = ("GPL-3.0", "GCC-exception-3.1")
_FFMPEG_NOTE = (
    "Compiled by PyAV under version 3 of the LGPL; its changes and how it is built are at"
    " https://github.com/PyAV-Org/pyav-ffmpeg. It lies in files of its own, which you may replace"
    " by others with the same interface."
)
_SHARED_NOTE = "It lies in a file of its own, which you may replace by one with the same interface."

_PROJECTS = {
    r"(lib)?(avcodec|avdevice|avfilter|avformat|avutil|swresample|swscale)": Project(
        "FFmpeg",
        "LGPL-3.0-or-later",
        "https://ffmpeg.org/releases/ffmpeg-8.1.2.tar.xz",
        _LGPL3,
        _FFMPEG_NOTE,
    ),
    "libx264": Project(
        "x264", "GPL-2.0-or-later", "https://code.videolan.org/videolan/x264", ("GPL-2.0",)
    ),
    "libx265": Project(
        "x265", "GPL-2.0-or-later", "https://bitbucket.org/multicoreware/x265_git", ("GPL-2.0",)
    ),
    "libasound": Project(
        "ALSA library",
        "LGPL-2.1-or-later",
        "https://www.alsa-project.org",
        ("LGPL-2.1",),
        _SHARED_NOTE,
    ),
    "libdav1d": Project(
        "dav1d", "BSD-2-Clause", "https://code.videolan.org/videolan/dav1d", ("dav1d",)
    ),
    "libdrm": Project("libdrm", "MIT", "https://gitlab.freedesktop.org/mesa/drm", ("libdrm",)),
    "libgmp": Project(
        "GMP", "LGPL-3.0-or-later OR GPL-2.0-or-later", "https://gmplib.org", _LGPL3, _SHARED_NOTE
    ),
    "libgnutls": Project(
        "GnuTLS",
        "LGPL-2.1-or-later",
        "https://www.gnutls.org",
        ("gnutls", "LGPL-2.1"),
        _SHARED_NOTE,
    ),
    "lib(nettle|hogweed)": Project(
        "Nettle",
        "LGPL-3.0-or-later OR GPL-2.0-or-later",
        "https://www.lysator.liu.se/~nisse/nettle/",
        _LGPL3,
        _SHARED_NOTE,
    ),
    "libunistring": Project(
        "libunistring",
        "LGPL-3.0-or-later OR GPL-2.0-or-later",
        "https://www.gnu.org/software/libunistring/",
        _LGPL3,
        _SHARED_NOTE,
    ),
    "libiconv": Project(
        "GNU libiconv",
        "LGPL-2.1-or-later",
        "https://www.gnu.org/software/libiconv/",
        ("LGPL-2.1",),
        _SHARED_NOTE,
    ),
    "libmp3lame": Project(
        "LAME",
        "LGPL-2.0-or-later",
        "https://lame.sourceforge.io",
        ("lame", "LGPL-2.0"),
        _SHARED_NOTE,
    ),
    "libopencore-amr[nw]b": Project(
        "OpenCORE AMR",
        "Apache-2.0",
        "https://sourceforge.net/projects/opencore-amr/",
        ("Apache-2.0",),
    ),
    "libopus": Project("Opus", "BSD-3-Clause", "https://opus-codec.org", ("opus",)),
    "lib(webp|webpmux|sharpyuv)": Project(
        "libwebp",
        "BSD-3-Clause",
        "https://chromium.googlesource.com/webm/libwebp",
        ("libwebp", "libwebp-patents"),
    ),
    "libSvtAv1Enc": Project(
        "SVT-AV1",
        "BSD-3-Clause-Clear",
        "https://gitlab.com/AOMediaCodec/SVT-AV1",
        ("svt-av1", "svt-av1-patents"),
    ),
    "libvpl": Project("Intel VPL", "MIT", "https://github.com/intel/libvpl", ("libvpl",)),
    "libvpx": Project(
        "libvpx",
        "BSD-3-Clause",
        "https://chromium.googlesource.com/webm/libvpx",
        ("libvpx", "libvpx-patents"),
    ),
    "libxcb(-shape|-shm|-xfixes)?": Project(
        "libxcb", "X11", "https://gitlab.freedesktop.org/xorg/lib/libxcb", ("libxcb",)
    ),
    "libXau": Project(
        "libXau", "MIT-open-group", "https://gitlab.freedesktop.org/xorg/lib/libxau", ("libxau",)
    ),
    "(lib)?scipy_openblas(64_)?": Project(
        "OpenBLAS and LAPACK",
        "BSD-3-Clause AND BSD-3-Clause-Open-MPI",
        "https://github.com/OpenMathLib/OpenBLAS",
        (),
        "Their texts are among those of NumPy.",
    ),
    r"lib(gcc_s|gfortran|stdc\+\+|gcc_s_seh)": Project(
        "GCC's libraries",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        "https://gcc.gnu.org",
        _GCC,
        "The exception lets any program use them.",
    ),
    "libquadmath": Project(
        "libquadmath",
        "LGPL-2.1-or-later",
        "https://gcc.gnu.org",
        ("LGPL-2.1",),
        _SHARED_NOTE,
    ),
    r"lib(c\+\+|c\+\+abi|unwind)": Project(
        "LLVM's libraries",
        "Apache-2.0 WITH LLVM-exception",
        "https://github.com/llvm/llvm-project",
        ("llvm",),
    ),
    "libwinpthread": Project(
        "MinGW-w64",
        "MIT AND BSD-3-Clause-Clear",
        "https://www.mingw-w64.org",
        ("winpthreads", "mingw-w64"),
    ),
    r"(msvcp|vcruntime|concrt)140(_\w+)?": Project(
        "Microsoft Visual C++ Runtime",
        "LicenseRef-Microsoft-Visual-Cpp-Runtime",
        "https://learn.microsoft.com/cpp/windows/latest-supported-vc-redist",
        ("microsoft-visual-cpp",),
    ),
    r"(lib)?python3?(\.?\d+)?": Project(
        "Python", "PSF-2.0", "https://www.python.org", (), "Its texts stand under Python."
    ),
    "lib(crypto|ssl)": Project("OpenSSL", "Apache-2.0", "https://www.openssl.org", ("Apache-2.0",)),
    "libffi": Project("libffi", "MIT", "https://sourceware.org/libffi/", ("libffi",)),
    "liblzma": Project("XZ Utils", "LicenseRef-Public-Domain", "https://tukaani.org/xz/", ("xz",)),
    "libbz2": Project("bzip2", "bzip2-1.0.6", "https://sourceware.org/bzip2/", ("bzip2",)),
    "(libz|zlib1?)": Project("zlib", "Zlib", "https://zlib.net", ("zlib",)),
    "libuuid": Project(
        "libuuid", "BSD-3-Clause", "https://github.com/util-linux/util-linux", ("libuuid",)
    ),
    "(lib)?sqlite3": Project("SQLite", "blessing", "https://www.sqlite.org", ("sqlite",)),
    "libexpat": Project("Expat", "MIT", "https://libexpat.github.io", ("expat",)),
    r"lib(ncurses|panel|tinfo)w?": Project(
        "ncurses",
        "X11-distribute-modifications-variant",
        "https://invisible-island.net/ncurses/",
        ("ncurses",),
    ),
    "libcrypt": Project(
        "libxcrypt",
        "LGPL-2.1-or-later",
        "https://github.com/besser82/libxcrypt",
        ("LGPL-2.1",),
        _SHARED_NOTE,
    ),
    "libreadline": Project(
        "GNU Readline",
        "GPL-3.0-or-later",
        "https://tiswww.case.edu/php/chet/readline/rltop.html",
        ("GPL-3.0",),
    ),
    "libgdbm(_compat)?": Project(
        "GNU dbm", "GPL-3.0-or-later", "https://www.gnu.org.ua/software/gdbm/", ("GPL-3.0",)
    ),
}
# After the name: versions, the hashes of auditwheel and delvewheel, platforms, the suffix.
_REST = r"([-.][\w.+-]*)?\.(so|dll|dylib)(\.[\d.]+)?"
_PATTERNS = [
    (re.compile(stem + _REST, re.IGNORECASE), project) for stem, project in _PROJECTS.items()
]


def project_of(file_name: str) -> Project:
    """Returns the project of a library by its file name.

    Raises:
        Failure: it is not known, so nobody could say under which licence it is shipped.
    """
    for pattern, project in _PATTERNS:
        if pattern.fullmatch(file_name):
            return project
    raise Failure(
        f"No licence is known for the library {file_name}: leave out the package that brings it, or"
        " add its licence to npc_video/shipping/foreign.py."
    )
