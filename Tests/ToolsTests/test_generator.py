"""What Tools/protoc-gen-sidecar makes of a .proto, and what it refuses."""
import subprocess
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "Tools" / "protoc-gen-sidecar"


def generate(folder, text):
    """Runs protoc on one file. Gives the completed process and the Swift made, all files in one."""
    (folder / "a.proto").write_text('syntax = "proto3";\npackage sidecar.sample.v1;\n' + text)
    done = subprocess.run(
        ["protoc", f"--plugin={PLUGIN}", f"--sidecar_out={folder}", "-I", folder, "a.proto"],
        cwd=folder, capture_output=True, text=True)
    return done, "".join(path.read_text() for path in sorted(folder.glob("*.swift")))


def test_every_kind_of_field_has_a_swift_type(tmp_path):
    done, swift = generate(tmp_path, """
        enum Mood { MOOD_UNKNOWN = 0; MOOD_GOOD = 1; }
        message Part { string url = 1; }
        message Whole {
          // How many.
          uint64 item_count = 1; sint32 delta = 2; bool default = 3; bytes raw = 4; Mood mood = 5; Part part = 6;
          repeated Part parts = 7; repeated string names = 8; repeated Mood moods = 9; repeated bool flags = 10;
          oneof choice { Part left = 11; string right_url = 12; }
        }""")
    assert done.returncode == 0, done.stderr
    for line in [
        "/// How many.", "var itemCount: UInt64", "var delta: Int32", "var `default`: Bool", "var raw: [UInt8]",
        "var mood: SampleV1.Mood", "var part: SampleV1.Part?", "var parts: [SampleV1.Part]", "var names: [String]",
        "var moods: [SampleV1.Mood]", "var flags: [Bool]", "var choice: Choice?", "case left(SampleV1.Part)",
        "case rightURL(String)", "case good", "case unrecognized(Int32)", "mood: SampleV1.Mood = .unknown",
    ]:
        assert line in swift


def test_every_kind_of_call_has_a_stub(tmp_path):
    done, swift = generate(tmp_path, """
        message A {} message B {}
        service Calls { rpc One(A) returns (B); rpc Many(A) returns (stream B); rpc Both(stream A) returns (stream B);
                        rpc Sum(stream A) returns (B); }""")
    assert done.returncode == 0, done.stderr
    for line in ["protocol CallsService", "struct CallsClient", '.unary("/sidecar.sample.v1.Calls/One")',
                 '.serverStreaming("/sidecar.sample.v1.Calls/Many")', '.clientStreaming("/sidecar.sample.v1.Calls/Sum")',
                 '.bidirectional("/sidecar.sample.v1.Calls/Both")']:
        assert line in swift


@pytest.mark.parametrize("text, complaint", [
    ("message A { B b = 1; } message B { repeated A a = 1; }", "recursive message"),
    ("message A { map<string, string> labels = 1; }", "maps"),
    ("message A { optional string name = 1; }", "optional"),
    ("enum E { option allow_alias = true; A = 0; B = 0; } message M { E e = 1; }", "allow_alias"),
])
def test_what_our_messages_do_not_do_is_refused(tmp_path, text, complaint):
    done, swift = generate(tmp_path, text)
    assert done.returncode != 0
    assert complaint in done.stderr
    assert swift == ""
