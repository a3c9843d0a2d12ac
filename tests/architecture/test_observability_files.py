"""Dashboard, alerts and scalers ask for figures that are really given, with labels they have."""

import json
import os
import re
import stat
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from generation.watching import house_metrics, worker_metrics
from tests.stylepacks.factories import make_checkpoint

FOLDER = Path(__file__).resolve().parents[2] / "docker" / "observability"
FILES = sorted(path.name for path in FOLDER.iterdir())
FIGURE = re.compile(r"\bhousestyle_[a-z_]+\b")
# What a secret is called is no figure.
NOT_FIGURES = {"housestyle_metrics_token"}
ENDS = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


@pytest.fixture
def given(db):
    """Names of all samples that web and worker can give."""
    make_checkpoint()
    house = text_string_to_metric_families(house_metrics.exposition().decode())
    families = [*house, *worker_metrics.REGISTRY.collect()]
    return {f"{each.name}{end}" for each in families for end in ENDS.get(each.type, ())}


def expressions():
    """Every PromQL expression in the folder, with the file it stands in."""
    board = json.loads((FOLDER / "grafana-dashboard.json").read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield target["expr"]
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["expr"]
    scaler = yaml.safe_load((FOLDER / "keda-scaledobject.yaml").read_text())
    yield scaler["spec"]["triggers"][0]["metadata"]["query"]


@pytest.mark.parametrize("name", FILES)
def test_every_figure_it_asks_for_is_given(given, name):
    asked = set(FIGURE.findall((FOLDER / name).read_text())) - NOT_FIGURES
    assert asked - given == set()
    assert asked or name == "prometheus.yml"


def test_no_figure_is_given_that_the_dashboard_forgets(given):
    shown = set(FIGURE.findall((FOLDER / "grafana-dashboard.json").read_text()))
    own = {name for name in given if name.startswith("housestyle_")}
    assert own - shown == {"housestyle_stage_seconds_count", "housestyle_stage_seconds_sum"}


def test_every_label_it_asks_for_is_there(db):
    labels = {"le", "instance", "job"}
    text = house_metrics.exposition().decode()
    for family in worker_metrics.REGISTRY.collect():
        labels |= {label for sample in family.samples for label in sample.labels}
    labels |= {"queue", "stage", "cause", "came", *re.findall(r"(\w+)=\"", text)}
    labels |= {"state", "quantile", "kind", "ending", "how"}
    for asked in expressions():
        for names in re.findall(r"by \(([^)]*)\)", asked):
            assert set(re.split(r",\s*", names)) <= labels, asked


def test_brackets_close_and_alerts_say_what_to_do():
    for asked in expressions():
        assert [asked.count(each) for each in "({["] == [asked.count(each) for each in ")}]"]
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            assert set(rule["annotations"]) == {"summary", "cure"}
            assert rule["labels"]["severity"] in {"page", "ticket"}


def test_panels_have_names_of_their_own():
    panels = json.loads((FOLDER / "grafana-dashboard.json").read_text())["panels"]
    assert len({panel["title"] for panel in panels}) == len({panel["id"] for panel in panels})
    assert all(panel["description"] for panel in panels)


@pytest.fixture
def figures():
    """A web process that gives these figures to the bearer of a token."""
    said = {"text": "", "asked": []}

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            said["asked"].append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said["text"].encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, daemon=True).start()
    said["address"] = f"http://127.0.0.1:{server.server_port}/metrics"
    yield said
    server.shutdown()
    server.server_close()


def scale(figures, tmp_path, **environment):
    done = tmp_path / "scaled"
    told = {"QUEUE": "render.sdxl.cuda", "SCALE": f"echo %d >> {done}", **environment}
    script = FOLDER / "autoscale.sh"
    assert script.stat().st_mode & stat.S_IXUSR
    ran = subprocess.run(
        [str(script), figures["address"]],
        env={**os.environ, "HOUSESTYLE_METRICS_TOKEN": "a token", **told},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran, done.read_text().split() if done.exists() else []


def depth(waiting, running, queue="render.sdxl.cuda"):
    name = "housestyle_queue_device_seconds"
    return (
        f'{name}{{queue="{queue}",state="waiting"}} {waiting}\n'
        f'{name}{{queue="{queue}",state="running"}} {running}\n'
    )


@pytest.mark.parametrize(
    ("waiting", "running", "wanted"),
    [(0.0, 0.0, "1"), (59.0, 1.0, "1"), (100.5, 20.0, "3"), (1.2e04, 0.0, "8")],
)
def test_the_plain_scaler_follows_the_work(figures, tmp_path, waiting, running, wanted):
    figures["text"] = depth(999.0, 999.0, "render.sd15.cuda") + depth(waiting, running)
    ran, scaled = scale(figures, tmp_path)
    assert (ran.stdout.strip(), scaled) == (f"render.sdxl.cuda wants {wanted}", [wanted])
    assert figures["asked"] == ["Bearer a token"]


def test_the_plain_scaler_leaves_alone_what_is_right(figures, tmp_path):
    figures["text"] = depth(100.0, 0.0)
    assert scale(figures, tmp_path, RUNNING="2")[1] == []


def test_the_plain_scaler_never_guesses(figures, tmp_path):
    figures["text"] = depth(100.0, 0.0, "render.sd15.cuda")
    ran, scaled = scale(figures, tmp_path)
    assert (ran.returncode, scaled) == (3, [])
    assert "is that queue's name right?" in ran.stderr
