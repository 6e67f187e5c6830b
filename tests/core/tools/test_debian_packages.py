import subprocess

from tools.debian_packages import explain


def told(output: str) -> str:
    failed = subprocess.CalledProcessError(100, "apt-get", output, "")
    return explain(failed, "Godot", "set GODOT to an installed one")


def test_apt_failing_is_told_in_a_sentence() -> None:
    sentence = told(
        "Err:1 http://mirror.example/debian forky InRelease\n"
        "E: Failed to fetch http://mirror.example/debian  Could not resolve 'mirror.example'\n"
        "E: Some index files failed to download."
    )
    assert "Could not resolve 'mirror.example'" in sentence
    assert sentence.startswith("Godot could not be fetched")
    assert sentence.endswith(
        "check the network and run the command again, or set GODOT to an installed one."
    )
    assert "\n" not in sentence


def test_a_full_disk_is_told_as_such() -> None:
    assert told("dpkg-deb: error: No space left on device").startswith("The disk filled up")
