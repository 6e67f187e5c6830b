from tools.windows.c_library import marked, own_functions


def test_each_function_is_there_in_three_widths():
    found = own_functions()
    assert {"crealf", "creal", "creall", "cpowf", "cpow", "cpowl", "csqrtf"} <= found
    assert len(found) % 3 == 0


def test_a_marked_library_differs_where_its_program_for_dos_is():
    code = bytes(range(256))
    found = marked(code)
    assert len(found) == len(code)
    assert (found[:64], found[96:]) == (code[:64], code[96:])
    assert found[64:96] == b"Wine builtin DLL" + bytes(16)
