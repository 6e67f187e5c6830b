/* Replaces libx264 and libx265, which are under the GPL, and on Windows AVICAP32 and MSVFW32.

FFmpeg's libavcodec is linked to the encoders and does not load without them. This library has only
the symbols that libavcodec imports. Every function returns 0 or no object. So opening one of these
encoders fails as when memory is short, and everything else works. Nothing is copied from either
project: the names, and the places of the functions in x265's table, are those that FFmpeg calls.
This file is compiled once for each platform; shipping/encoders.py puts the library in place. */

#ifdef _WIN32
#define STUB __declspec(dllexport)
#else
#define STUB __attribute__((visibility("default")))
#endif

/* Defines a function with any arguments. On the processors that games run on, the caller removes the
   arguments, and the result is in one register. */
#define NOTHING(name) STUB void *name(void) { return 0; }

/* ---- libx264 ---- */

NOTHING(x264_encoder_close)
NOTHING(x264_encoder_delayed_frames)
NOTHING(x264_encoder_encode)
NOTHING(x264_encoder_headers)
NOTHING(x264_encoder_maximum_delayed_frames)
NOTHING(x264_encoder_open_165)
NOTHING(x264_encoder_reconfig)
NOTHING(x264_param_apply_fastfirstpass)
NOTHING(x264_param_apply_profile)
NOTHING(x264_param_cleanup)
NOTHING(x264_param_default)
NOTHING(x264_param_default_preset)
NOTHING(x264_param_parse)
NOTHING(x264_picture_init)

/* A list of records that ends with one of zeros; the largest known record has 60 bytes. */
STUB const unsigned char x264_levels[256] = {0};

/* ---- libx265 ---- */

static void *nothing(void) { return 0; }

/* FFmpeg reads this table when it registers the encoder, and calls its functions. */
#define FOUR nothing, nothing, nothing, nothing
#define SIXTEEN FOUR, FOUR, FOUR, FOUR
static const struct {
    int versions_and_sizes[8];
    const char *texts[2];
    void *(*functions[64])(void);
} no_encoder = {{0}, {"", ""}, {SIXTEEN, SIXTEEN, SIXTEEN, SIXTEEN}};

STUB const void *x265_api_get_216(int depth) {
    (void)depth;
    return &no_encoder;
}

/* ---- Windows' video capture, to which FFmpeg's libavdevice is linked ---- */

#ifdef _WIN32
NOTHING(capCreateCaptureWindowA)
NOTHING(capGetDriverDescriptionA)

/* Windows calls this when it opens the library. Without a C runtime, there is no default one. */
int _DllMainCRTStartup(void *library, unsigned long reason, void *reserved) {
    (void)library, (void)reason, (void)reserved;
    return 1;
}
#endif
