"""Results of earlier runs."""

from analysis.runs.kept_results import KeptResults, result_key


def test_a_result_is_made_once_for_equal_inputs_and_anew_for_others(tmp_path):
    made = []

    def make():
        made.append(1)
        return b"a page"

    kept = KeptResults(tmp_path / "kept")
    for inputs in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1, "b": 3}):
        assert kept.result(result_key("page", inputs), make) == b"a page"
    assert len(made) == 2


def test_a_result_that_was_cut_or_altered_is_made_again(tmp_path):
    kept, key = KeptResults(tmp_path), result_key("page", 1)
    kept.result(key, lambda: b"whole")
    for spoil in (lambda whole: whole[:-1], lambda whole: whole[:-1] + b"?", lambda whole: b""):
        (tmp_path / key).write_bytes(spoil((tmp_path / key).read_bytes()))
        assert not kept.has(key)
        assert kept.result(key, lambda: b"whole") == b"whole"
        assert kept.has(key)


def test_what_nobody_asked_for_goes(tmp_path):
    KeptResults(tmp_path).result("old", lambda: b"1")
    kept = KeptResults(tmp_path)
    kept.result("new", lambda: b"2")
    kept.discard_unused()
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    kept.discard_all()
    assert list(tmp_path.iterdir()) == []
