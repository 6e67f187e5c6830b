/* The complex functions of Windows' C library. Wine has stubs for them that end the program. */
#include <complex.h>

typedef struct {
    float re, im;
} narrow;
typedef struct {
    double re, im;
} wide;

static float _Complex from_narrow(narrow z) { return __builtin_complex(z.re, z.im); }
static double _Complex from_wide(wide z) { return __builtin_complex(z.re, z.im); }
static narrow to_narrow(float _Complex z) { return (narrow){__real__ z, __imag__ z}; }
static wide to_wide(double _Complex z) { return (wide){__real__ z, __imag__ z}; }

/* On Windows a `long double` is a `double`, and complex numbers are passed as such structures. */
#define REAL_OF(name) \
    float ps_##name##f(narrow z) { return name##f(from_narrow(z)); } \
    double ps_##name(wide z) { return name(from_wide(z)); } \
    double ps_##name##l(wide z) { return name(from_wide(z)); }
#define COMPLEX_OF(name) \
    narrow ps_##name##f(narrow z) { return to_narrow(name##f(from_narrow(z))); } \
    wide ps_##name(wide z) { return to_wide(name(from_wide(z))); } \
    wide ps_##name##l(wide z) { return to_wide(name(from_wide(z))); }

REAL_OF(cabs)
REAL_OF(carg)
REAL_OF(creal)
REAL_OF(cimag)
COMPLEX_OF(cacos)
COMPLEX_OF(cacosh)
COMPLEX_OF(casin)
COMPLEX_OF(casinh)
COMPLEX_OF(catan)
COMPLEX_OF(catanh)
COMPLEX_OF(ccos)
COMPLEX_OF(ccosh)
COMPLEX_OF(cexp)
COMPLEX_OF(clog)
COMPLEX_OF(csin)
COMPLEX_OF(csinh)
COMPLEX_OF(csqrt)
COMPLEX_OF(ctan)
COMPLEX_OF(ctanh)

narrow ps_cpowf(narrow z, narrow w) { return to_narrow(cpowf(from_narrow(z), from_narrow(w))); }
wide ps_cpow(wide z, wide w) { return to_wide(cpow(from_wide(z), from_wide(w))); }
wide ps_cpowl(wide z, wide w) { return ps_cpow(z, w); }
