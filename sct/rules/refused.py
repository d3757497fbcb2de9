"""The functions that get no rule, by reason: a call of one is an error that says why, and what to do instead."""

from __future__ import annotations

import numpy as np

from . import registry, ufunc_methods  # noqa: F401 - what has no rule is known when all rules are there
from .notation import refuse

REAL_OR_COMPLEX = "whether the result is real or complex depends on values"
BY_EQUALITY = "which elements are returned depends on equality, which no change of them keeps"
OLD_CLASSES = "its results are objects of a class with operators of its own, not arrays"
FROM_TEXT = "the type and shape of what is read are known at run time only"
GRIDS = "the bins of several dimensions have no rule"
SETTINGS = "it asks for, or changes, a setting of the whole program"
DATES = "dates carry no derivative"
TYPES = "what it tells of types is known before the function runs"
BITS = "bits carry no derivative"
PLANS = "its result is no array"

refuse(np.roots, because=REAL_OR_COMPLEX,
       instead="solve for one root with a loop, or differentiate the polynomial at the root (implicit function theorem)")
refuse(np.intersect1d, np.setdiff1d, np.setxor1d, np.union1d, because=BY_EQUALITY, instead="choose by indices")
refuse(np.unique_all, np.unique_counts, np.unique_inverse, np.unique_values, because="the order of the values is not told",
       instead="use np.unique with its keywords")
refuse(np.polydiv, because="the remainder loses leading coefficients that happen to be 0", instead="divide with a loop")
refuse(np.sort_complex, because="complex numbers have no order that a derivative follows", instead="sort the real parts")
refuse(np.histogram2d, np.histogramdd, because=GRIDS, instead="use np.bincount of flat indices, with weights")
refuse(np.fromstring, np.frombuffer, np.fromfile, np.fromregex, np.from_dlpack, np.genfromtxt, np.load, np.loadtxt,
       because=FROM_TEXT, instead="read the data outside and pass the array as an argument")
refuse(np.matrix, np.asmatrix, np.bmat, np.poly1d, np.recarray, np.memmap, because=OLD_CLASSES, instead="use an array")
refuse(np.frompyfunc, because="it makes arrays of Python objects", instead="use np.vectorize")
refuse(np.ndarray, np.broadcast, np.nditer, np.nested_iters, np.flatiter, np.ufunc, np.busdaycalendar,
       because="it is an object of NumPy's own", instead="use a function that makes an array, or a loop over indices")
refuse(np.is_busday, np.busday_count, np.busday_offset, np.datetime_as_string, np.datetime_data, because=DATES,
       instead="call it outside and pass the result as an argument")
refuse(np.common_type, np.mintypecode, np.typename, because=TYPES, instead="use np.result_type, or call it outside")
refuse(np.packbits, np.unpackbits, because=BITS, instead="call it outside and pass the result as an argument")
refuse(np.einsum_path, np.mask_indices, because=PLANS, instead="call it outside and pass the result as an argument")
refuse(np.seterr, np.seterrcall, np.setbufsize, np.geterr, np.geterrcall, np.getbufsize, np.get_printoptions, np.get_include,
       because=SETTINGS, instead="use `with np.errstate(...)`, or call it outside")
refuse(np.test, because="it tests NumPy")
if hasattr(np, "unstack"):
    refuse(np.unstack, because="how many parts there are is known at run time only", instead="iterate over the array")
if hasattr(np, "row_stack"):
    refuse(np.row_stack, because="NumPy is giving it up", instead="use np.vstack")

# Methods of ufuncs ----------------------------------------------------------------------------------------------------

MISCOMPUTED = "NumPy computes it otherwise for some arrays than for others"

refuse(np.power.reduce, np.arctan2.reduce, because=MISCOMPUTED, instead="use accumulate(...)[-1], or write a loop")

PARTS = "only sums, maxima and minima of parts have a rule"

for binary in {u for u in vars(np).values() if isinstance(u, np.ufunc) and u.nin == 2 and u.nout == 1 and u.signature is None}:
    if registry.lookup(binary.reduceat) is None:
        refuse(binary.reduceat, because=PARTS, instead="write a loop over the parts")
refuse(np.ufunc.reduceat, because=PARTS)

# Methods and attributes of arrays -------------------------------------------------------------------------------------

MEMORY = "it shows the memory of the array, not its numbers"
FILES = "it writes the array to a file, or into a string"

refuse(*(getattr(np.ndarray, name) for name in ("base", "ctypes", "data", "flags", "strides", "getfield", "device", "to_device")
         if hasattr(np.ndarray, name)), because=MEMORY, instead="ask for it outside")
refuse(np.ndarray.dump, np.ndarray.dumps, np.ndarray.tobytes, np.ndarray.tofile, because=FILES, instead="use np.save")
