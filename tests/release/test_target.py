"""What platforms and versions of Python mean for pip and for markers."""

import pytest
from packaging.markers import Marker

from release.target import RUNNING, Target, TargetError


def test_a_newer_glibc_takes_all_older_wheels():
    tags = Target("manylinux_2_28_aarch64").tags()
    assert tags[0] == "manylinux_2_28_aarch64"
    assert {"manylinux_2_17_aarch64", "manylinux2014_aarch64"} <= set(tags)
    assert "manylinux_2_29_aarch64" not in tags


def test_this_machine_is_left_to_pip():
    assert Target().pip_options() == []
    assert Target("", RUNNING).is_running
    assert "--platform" not in Target("", "3.42").pip_options()


@pytest.mark.parametrize(
    ("platform", "python", "marker"),
    [
        ("win_amd64", "3.12", "sys_platform == 'win32' and os_name == 'nt' and platform_machine == 'AMD64'"),
        ("manylinux_2_28_aarch64", "3.13", "platform_machine == 'aarch64' and python_version >= '3.13'"),
        ("macosx_11_0_arm64", "3.11", "platform_system == 'Darwin' and python_full_version < '3.12'"),
        ("musllinux_1_2_x86_64", "3.11", "sys_platform == 'linux' and platform_machine == 'x86_64'"),
    ],
)
def test_markers_mean_what_they_mean_there(platform, python, marker):
    assert Marker(marker).evaluate(dict(Target(platform, python).environment()))


@pytest.mark.parametrize(
    ("platform", "python"), [("vax_x", "3.11"), ("windows", "3.11"), ("", "2.7"), ("", "3"), ("", "3.11.4")]
)
def test_what_no_wheel_is_for_is_refused(platform, python):
    with pytest.raises(TargetError):
        Target(platform, python)
