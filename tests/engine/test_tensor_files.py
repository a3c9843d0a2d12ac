"""A file's tensors are views into its bytes, whatever the file is like; what is no whole
safetensors file is refused."""

import struct

import pytest
import safetensors.torch
import torch

from generation.engine.tensor_files import TensorFile, all_finite

HOST = torch.device("cpu")
TENSORS = {
    "odd": torch.arange(3, dtype=torch.uint8),
    "half": torch.arange(6, dtype=torch.float16).view(2, 3),
    "single": torch.tensor([[1.5]]),
    "coarse": torch.ones(4).bfloat16(),
    "byte": torch.ones(2).to(torch.float8_e4m3fn),
    "layer.alpha": torch.tensor(8.0),
    "empty": torch.zeros(0, 3),
}


def opened(path):
    file = TensorFile(path, HOST)
    file.wait()
    return file


def saved(path, tensors=TENSORS):
    safetensors.torch.save_file(tensors, path, metadata={"made": "here"})
    return path


def test_tensors_of_one_type_are_cut_from_one_block(tmp_path):
    one = {f"layer.{edge}": torch.randn(edge, 3).half() for edge in (4, 1, 0, 2)}
    one |= {"layer.alpha": torch.tensor(8.0).half()}
    file = opened(saved(tmp_path / "some.safetensors", one))
    assert len(file.blocks) == 1
    assert file.blocks[0].numel() == sum(tensor.numel() for tensor in one.values())
    assert all(torch.equal(file.tensors[key], wanted) for key, wanted in one.items())


def test_it_holds_what_was_saved(tmp_path):
    path = saved(tmp_path / "some.safetensors")
    file = opened(path)
    assert file.metadata == {"made": "here"}
    assert file.tensors.keys() == TENSORS.keys()
    for key, wanted in TENSORS.items():
        found = file.tensors[key]
        assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
        assert torch.equal(found.float(), wanted.float()), key
    assert file.raw.numpy().tobytes() == path.read_bytes()


def test_it_reads_tensors_at_odd_places(tmp_path):
    header = b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},' \
             b'"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}'  # fmt: skip
    path = tmp_path / "odd.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\7" + struct.pack("<2f", 0.5, 2))
    assert opened(path).tensors["b"].tolist() == [0.5, 2.0]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda raw: raw[:-1], "all of its bytes"),
        (lambda raw: raw + b"\0", "all of its bytes"),
        (lambda raw: raw[:30], "ends inside its header"),
        (lambda raw: b"", "ends inside|cannot be read|Expecting"),
        (lambda raw: raw.replace(b'"F16"', b'"F19"'), "cannot be read"),
        (lambda raw: raw.replace(b'"F16"', b'"F64"'), "wrong number of bytes"),
    ],
)
def test_it_refuses_what_is_not_whole(tmp_path, spoil, why):
    path = saved(tmp_path / "some.safetensors")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ValueError, match=why):
        opened(path)


def test_it_refuses_tensors_that_overlap(tmp_path):
    header = b'{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},' \
             b'"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}'  # fmt: skip
    path = tmp_path / "odd.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    with pytest.raises(ValueError, match="all of its bytes"):
        opened(path)


def test_it_finds_what_is_no_number():
    assert all_finite(TENSORS.values())
    for value in (float("nan"), float("inf"), -float("inf")):
        assert not all_finite([*TENSORS.values(), torch.tensor([1.0, value]).half()])
