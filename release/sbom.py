"""The bill of materials of a wheelhouse: CycloneDX, JSON."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from release import WheelhouseError
from release.target import Target
from release.wheels import Wheel

_SCHEMA = SchemaVersion.V1_6
_ROOT = "redactphi"


class SbomError(WheelhouseError):
    """What was made does not fit the format's schema."""


def sbom(wheels: Sequence[Wheel], target: Target, made: datetime) -> str:
    """The bill of materials, the same for the same wheels.

    Args:
        wheels: All of them, that of redactphi among them.
        target: What they are for.
        made: Stands in it as its time.

    Raises:
        SbomError: It does not fit the schema.
        LicenceError: A licence cannot be told.
    """
    components = {wheel.name: _component(wheel) for wheel in wheels}
    bom = Bom(
        components=[component for name, component in components.items() if name != _ROOT],
        serial_number=uuid.UUID(bytes=_digest(wheels)[:16], version=4),
        metadata=BomMetaData(component=components[_ROOT], timestamp=made),
    )
    for wheel in wheels:
        needed = {canonicalize_name(one.name) for one in wheel.needs(target.environment())}
        bom.register_dependency(components[wheel.name], [components[name] for name in sorted(needed)])
    written = make_outputter(bom, OutputFormat.JSON, _SCHEMA).output_as_string(indent=2)
    if error := JsonStrictValidator(_SCHEMA).validate_str(written):
        raise SbomError(f"the bill of materials does not fit CycloneDX {_SCHEMA.to_version()}: {error}")
    return written + "\n"


def _component(wheel: Wheel) -> Component:
    purl = PackageURL("pypi", name=wheel.name, version=str(wheel.version))
    return Component(
        name=wheel.name,
        version=str(wheel.version),
        type=ComponentType.APPLICATION if wheel.name == _ROOT else ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.sha256)],
        licenses=[LicenseFactory().make_from_string(wheel.licence)],
    )


def _digest(wheels: Sequence[Wheel]) -> bytes:
    return hashlib.sha256("".join(wheel.sha256 for wheel in wheels).encode()).digest()
