"""The syntax tree: what a spec file says, before anybody asks what its names mean.

Every node is a frozen value; its place in the text (`span`) never takes part in equality, so two trees are
equal when they say the same thing. Numbers, money and texts are already read; names are not yet looked up.
"""

from patron.dsl.tree.attributions import *
from patron.dsl.tree.base import *
from patron.dsl.tree.conditions import *
from patron.dsl.tree.documents import *
from patron.dsl.tree.files import *
from patron.dsl.tree.metrics import *
from patron.dsl.tree.people import *
from patron.dsl.tree.phrases import *
from patron.dsl.tree.reports import *
from patron.dsl.tree.runs import *
from patron.dsl.tree.values import *
