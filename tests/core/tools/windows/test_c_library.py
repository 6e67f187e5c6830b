from tools.windows.c_library import own_functions


def test_each_function_is_there_in_three_widths():
    found = own_functions()
    assert {"crealf", "creal", "creall", "cpowf", "cpow", "cpowl", "csqrtf"} <= found
    assert len(found) % 3 == 0
