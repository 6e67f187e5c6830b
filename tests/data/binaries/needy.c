int helper_add(int, int);
#ifdef _WIN32
__declspec(dllexport)
#endif
int needy_answer(void) { return helper_add(40, 2); }
