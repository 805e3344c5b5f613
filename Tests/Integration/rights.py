"""What an API server lets through: calls that a Role of ours allows, and bodies with fields that the published schemas know."""
import jsonschema
from kubernetes_validate.utils import schema_contents
from referencing import Registry, Resource

from fleet import ROOT
from kustomize import built

MANIFESTS = ROOT / "deploy" / "kubernetes"
SCHEMAS = "kubernetes-json-schema/v1.34.0-local-strict"
GROUPS = {"statefulsets": "apps", "secrets": "", "events": ""}
KINDS = {"statefulsets": "statefulset-apps-v1", "secrets": "secret-v1", "events": "event-v1"}


class Rights:
    """The Roles of deploy/kubernetes, by the service accounts that they are bound to."""

    def __init__(self):
        things = built(MANIFESTS / "base") + built(MANIFESTS / "certificates/job")
        roles = {(thing["metadata"]["namespace"], thing["metadata"]["name"]): thing["rules"]
                 for thing in things if thing["kind"] == "Role"}
        self.rules, self.used = {}, set()
        for binding in (thing for thing in things if thing["kind"] == "RoleBinding"):
            namespace = binding["metadata"]["namespace"]
            for subject in binding["subjects"]:
                account = subject["namespace"], subject["name"]
                self.rules.setdefault((account, namespace), []).extend(roles[namespace, binding["roleRef"]["name"]])

    def allow(self, account, namespace, verb, resource, name=None, is_question=False):
        """Remembers that it was made use of, unless somebody only wants to know."""
        for rule in self.rules.get((account, namespace), []):
            if GROUPS[resource] in rule["apiGroups"] and resource in rule["resources"] and verb in rule["verbs"] and (
                    "resourceNames" not in rule or name in rule["resourceNames"]):
                if not is_question:
                    self.used.add((account, namespace, verb, resource))
                return True
        return False

    def granted(self, account):
        """All that it is allowed, in the form of `used`."""
        return {(account, namespace, verb, resource)
                for (whose, namespace), rules in self.rules.items() if whose == account
                for rule in rules for verb in rule["verbs"] for resource in rule["resources"]}


class Fields:
    """Judges bodies as `fieldValidation=Strict` does: unknown fields and wrong types; what a patch leaves out is not missing."""

    def __init__(self):
        definitions = Resource.from_contents(schema_contents(f"{SCHEMAS}/_definitions.json", "1.34"))
        self._judges = {}
        for resource, file in KINDS.items():
            schema = schema_contents(f"{SCHEMAS}/{file}.json", "1.34")
            registry = definitions @ (Resource.from_contents(schema) @ Registry())
            self._judges[resource] = jsonschema.Draft202012Validator(schema, registry=registry)

    def fault(self, resource, body, is_patch):
        """What is wrong, or nothing."""
        if is_patch:
            body = _without_null(body)
        for error in self._judges[resource].iter_errors(body):
            for cause in [error, *(error.context or [])]:
                if not (is_patch and cause.validator == "required"):
                    return f"{'.'.join(map(str, cause.absolute_path))}: {cause.message}"
        return None


def _without_null(thing):
    """What is null in a merge patch is taken away from the object, and no value of its field."""
    return {name: _without_null(value) for name, value in thing.items() if value is not None} if isinstance(thing, dict) else thing
