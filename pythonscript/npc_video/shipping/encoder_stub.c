/* Stands in for libx264 and libx265, which are under the GPL, and on Windows for AVICAP32 and MSVFW32.

FFmpeg's libavcodec is linked to the encoders and does not load without them. This library has the
symbols that it imports and nothing else: every function returns 0 or no object, so that opening one
of these encoders fails with an error as when memory is short, and all else works. Nothing is copied
from either project: the names and the place of the functions in x265's table are what FFmpeg calls.
Compiled once for each platform; shipping/encoders.py puts it in place. */

#ifdef _WIN32
#define STUB __declspec(dllexport)
#else
#define STUB __attribute__((visibility("default")))
#endif

/* Fits every function below on the processors that games run on, whatever its arguments are: the
   caller removes those, and the result is in one register. */
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

/* FFmpeg asks for this table when it registers the encoder, and calls what is in it. */
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

/* ---- Windows' capturing of video, which FFmpeg's libavdevice is linked to ---- */

#ifdef _WIN32
NOTHING(capCreateCaptureWindowA)
NOTHING(capGetDriverDescriptionA)

/* What Windows calls when it opens the library, which has no C runtime to bring its own. */
int _DllMainCRTStartup(void *library, unsigned long reason, void *reserved) {
    (void)library, (void)reason, (void)reserved;
    return 1;
}
#endif
