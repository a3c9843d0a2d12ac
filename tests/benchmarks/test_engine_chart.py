"""The chart of the engine's figures: well formed, true to scale, silent about what is unknown."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from benchmarks.engine import chart

SVG = "{http://www.w3.org/2000/svg}"
CONTENT = {
    "machine": "NVIDIA H200 <x>",
    "date": "2026-11-24",
    "figures": {
        "stock_new_pack_1_seconds": 6.0, "new_pack_1_seconds": 1.5,
        "stock_load_1_seconds": 1.6, "switch_ms": 5.0,
    },
}  # fmt: skip


def bars(picture, kind):
    return [
        float(bar.get("width")) for bar in picture.iter(f"{SVG}rect") if bar.get("class") == kind
    ]


def said(picture):
    return [text.text for text in picture.iter(f"{SVG}text")]


@pytest.fixture
def picture():
    return ElementTree.fromstring(chart.drawn(CONTENT))


def test_its_bars_are_true_to_scale(picture):
    request, switch = bars(picture, "ours")
    stock_request, stock_load = bars(picture, "stock")
    assert request / stock_request == pytest.approx(1.5 / 6.0, abs=1e-3)
    assert switch == 2.0 > stock_load * 5 / 1600  # never too thin to be seen


def test_it_names_values_with_their_units_and_leaves_out_what_is_unknown(picture):
    assert {"6 s", "1.5 s", "1600 ms", "5 ms"} <= set(said(picture))
    assert not any("two LoRAs" in text or "step" in text for text in said(picture))


def test_everything_stays_inside_the_picture(picture):
    width, height = float(picture.get("width")), float(picture.get("height"))
    for text in picture.iter(f"{SVG}text"):
        assert 0 < float(text.get("y")) < height
    for bar in picture.iter(f"{SVG}rect"):
        assert float(bar.get("x", 0)) + float(bar.get("width")) <= width


def test_it_draws_what_it_is_given_and_says_when_there_is_nothing(tmp_path):
    results, out = tmp_path / "engine.json", tmp_path / "engine.svg"
    assert "run `python -m benchmarks.engine` first" in chart.main([str(results)])
    results.write_text(json.dumps(CONTENT))
    assert chart.main([str(results), "--out", str(out)]) is None
    assert "NVIDIA H200 &lt;x&gt;" in out.read_text()
