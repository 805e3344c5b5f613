"""The few things of kustomize that deploy/kubernetes uses: resources, patches by kind and name, images, ConfigMaps out of files."""
import copy
from pathlib import Path

import yaml


def built(folder):
    """All objects of the kustomization in this folder."""
    folder = Path(folder)
    plan = yaml.safe_load((folder / "kustomization.yaml").read_text())
    unknown = plan.keys() - {"apiVersion", "kind", "resources", "patches", "images", "configMapGenerator", "generatorOptions"}
    assert not unknown, f"{folder}: {unknown} is not understood here"
    things = []
    for resource in plan.get("resources", []):
        path = folder / resource
        things += built(path) if path.is_dir() else list(read(path))
    for generated in plan.get("configMapGenerator", []):
        things.append({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": generated["name"], "namespace": generated["namespace"],
                         "labels": plan["generatorOptions"]["labels"]},
            "data": {name: (folder / name).read_text() for name in generated["files"]}})
    for patch in plan.get("patches", []):
        for change in read(folder / patch["path"]):
            things = _patched(things, change)
    for image in plan.get("images", []):
        for thing in things:
            for container in containers(thing):
                if container["image"].split(":")[0] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
    return things


def read(path):
    return [thing for thing in yaml.safe_load_all(Path(path).read_text()) if thing is not None]


def key(thing):
    metadata = thing["metadata"]
    return thing["apiVersion"], thing["kind"], metadata.get("namespace"), metadata["name"]


def pod_of(thing):
    """The pod's spec, if the object makes pods."""
    return thing["spec"]["template"]["spec"] if "template" in thing.get("spec", {}) else None


def containers(thing):
    pod = pod_of(thing) or {}
    return pod.get("initContainers", []) + pod.get("containers", [])


def _patched(things, change):
    [target] = [thing for thing in things if key(thing) == key(change)] or [None]
    assert target is not None, f"nothing to patch: {key(change)}"
    if change.get("$patch") == "delete":
        return [thing for thing in things if thing is not target]
    return [_merged(thing, change) if thing is target else thing for thing in things]


def _merged(thing, change):
    """A strategic merge: lists of containers by name, every other list as a whole."""
    thing = copy.deepcopy(thing)
    for name, value in change.items():
        if name in ("containers", "initContainers"):
            known = {container["name"]: container for container in thing[name]}
            thing[name] = [_merged(container, next((new for new in value if new["name"] == container["name"]), {}))
                           for container in known.values()]
        elif isinstance(value, dict) and isinstance(thing.get(name), dict):
            thing[name] = _merged(thing[name], value)
        else:
            thing[name] = copy.deepcopy(value)
    return thing
