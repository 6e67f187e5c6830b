#ifdef _WIN32
__declspec(dllexport)
#endif
int helper_add(int a, int b) { return a + b; }
