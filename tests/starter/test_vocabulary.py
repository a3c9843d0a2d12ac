"""The starter's committed list of words is what its scenes can say."""

import json
import subprocess
import sys

import pytest

from starter.pack_files import read_packs
from starter.vocabulary import FILE, VocabularyError, read_vocabulary, scene_vocabulary
from stylepacks.rules.vocabulary import unknown_words


def test_it_is_written_from_the_scenes_as_they_are():
    assert read_vocabulary() == scene_vocabulary(), "run python -m starter.vocabulary"


def test_it_reads_without_the_drawing_library():
    probe = "import sys, starter.vocabulary as v; v.read_vocabulary(); print('cv2' in sys.modules)"
    run = [sys.executable, "-c", probe]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_it_lists_enough_to_suggest_from():
    groups = read_vocabulary()
    assert len(groups["subjects"]) >= 40
    assert len(groups["places"]) >= 12
    assert len(groups["colours"]) == 14
    assert {"times", "weathers", "poses", "positions", "skies", "quiet"} <= set(groups)
    assert not any("sun" in sky for sky in groups["skies"] if "night" in sky)


@pytest.mark.parametrize("pack", read_packs(), ids=lambda pack: pack.slug)
def test_every_pack_gives_examples_in_known_words(pack):
    groups = read_vocabulary()
    for example in pack.examples:
        strange = unknown_words(example, groups, [pack.trigger], pack.kind == "character")
        assert strange == (), example


def test_it_finds_no_list_where_there_is_no_file(tmp_path):
    assert read_vocabulary(tmp_path / "vocabulary.json") == {}


@pytest.mark.parametrize("content", ["{", "[]", '{"subjects": "fox"}', '{"subjects": [""]}'])
def test_it_refuses_a_spoilt_file(tmp_path, content):
    path = tmp_path / "vocabulary.json"
    path.write_text(content)
    with pytest.raises(VocabularyError, match=r"starter\.vocabulary"):
        read_vocabulary(path)


def test_the_file_is_readable():
    assert json.loads(FILE.read_text(encoding="utf-8"))
    assert max(map(len, FILE.read_text(encoding="utf-8").splitlines())) < 100
