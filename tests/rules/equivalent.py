"""Mistakes that are none: what they change computes the same, or nobody reads it, with the reason.

A mistake that is noticed, or that can no longer be made, must not stand here: the test of mistakes tells.
"""

from __future__ import annotations

import re

SHORTER = "a shorter way to write what the lines below it do, too"

COMPLEX_PROJECTIONS = "projections of complex matrices tell, where they are differentiated"
EQUIVALENT: dict[str, dict[str, str]] = {
    "arranging.partition_vjp": {
        "axis is None or a.ndim == 1  =>  axis is None": SHORTER,
    },
    "creation.linspace_vjp": {
        "0.0 * step_bar  =>  0.0": "a zero, times anything",
    },
    "creation.weighted": {
        "normal_axis(axis, v.ndim) > 0  =>  normal_axis(axis, v.ndim) >= 0": "moving the first axis to the front",
        "v.ndim <= 2  =>  v.ndim < 2": SHORTER,
    },
    "decompositions.at_row": {
        "-1  =>  1": "the last axis of a vector",
    },
    "decompositions.cond_vjp": {
        "-2  =>  2": "the other branch finds the same, with more work",
    },
    "linalg.any_may_be_unit": {
        "found  =>  -found": "whether there is one",
    },
    "reductions.read_in": {
        "np.iscomplexobj(a) and (not np.iscomplexobj(z))  =>  not np.iscomplexobj(z)": "the real part of real numbers",
    },
    "scipy.angular.beyond_one": {
        "np.abs(x) < 1.0  =>  np.abs(x) <= 1.0": "both formulas hold on the bound",
    },
    "scipy.special.exprel_slope": {
        **dict.fromkeys(("np.abs(x) > 100.0  =>  np.abs(x) >= 100.0", "x > 100.0  =>  x >= 100.0"),
                        "both formulas hold on the bound"),
    },
    "decompositions.eig_vjp": {
        "-1  =>  1": "the last axis of a vector",
    },
    "decompositions.first_columns_bar": {
        **dict.fromkeys((
            "not np.iscomplexobj(u) and u.shape[-1] == count + 1"
            "  =>  not (not np.iscomplexobj(u) and u.shape[-1] == count + 1)",
            "not np.iscomplexobj(u) and u.shape[-1] == count + 1  =>  not np.iscomplexobj(u)",
            "not np.iscomplexobj(u) and u.shape[-1] == count + 1  =>  u.shape[-1] == count + 1",
            "u.shape[-1] == count + 1  =>  u.shape[-1] != count + 1", "count + 1  =>  count - 1", "count + 1  =>  count",
            "count + 1  =>  1",
        ), "both formulas hold where one column is added: the first one has second derivatives, which other tests ask for"),
        "-1  =>  1": "the matrices are square",
    },
    "decompositions.settled_vjp": {
        ("np.full_like(basis, np.where(np.any(slope[..., count:]), np.nan, 0.0))"
         "  =>  -np.full_like(basis, np.where(np.any(slope[..., count:]), np.nan, 0.0))"): "it is 0 or NaN",
    },
    "decompositions.settled_jvp": {
        ("np.where(np.any(slope[..., count:]), np.nan, np.zeros_like(z))"
         "  =>  -np.where(np.any(slope[..., count:]), np.nan, np.zeros_like(z))"): "it is 0 or NaN",
    },
    "fft.axes_of": {
        "ndim - len(s)  =>  -len(s)": "counted from the end",
        "k % ndim  =>  k": "NumPy counts from the end, too",
    },
    "fft.irfftn_bar": {
        "len(places) > 1  =>  len(places) >= 1": "a transform along no axis",
    },
    "fft.rfftn_bar": {
        "len(places) > 1  =>  len(places) >= 1": "a transform along no axis",
    },
    "indexing.count": {
        "max(size(a, axis), 1)  =>  -max(size(a, axis), 1)": "nothing is divided by it",
    },
    "indexing.pair": {
        "k % b_ndim  =>  k": "a permutation may count from the end, too",
    },
    "indexing.pick": {
        "v.ndim - 1  =>  v.ndim + 1": SHORTER,
        "v.ndim - 1  =>  v.ndim": SHORTER,
        "v.ndim - 1  =>  -1": SHORTER,
    },
    "runtime.arrays.reflected": {
        "-1  =>  1": "the matrices are square",
    },
    "scalar.or_infinite": {
        "isinstance(radius, np.float32)  =>  not isinstance(radius, np.float32)": "the type alone; tests of types notice it",
    },
    "scalar.prod_vjp": {
        "isinstance(items, np.ndarray)  =>  not isinstance(items, np.ndarray)": "an array or a list of the same numbers",
    },
    "scalar.products_of_others_vjp": {
        "np.array(each_bar) if isinstance(items, np.ndarray) else each_bar  =>  each_bar if isinstance(items, np.ndarray) "
        "else np.array(each_bar)": "an array or a list of the same numbers",
    },
    "reductions.diff_vjp": {
        "0.0 if z_bar.dtype == np.float64 else z_bar.dtype.type(0.0)  =>  z_bar.dtype.type(0.0) if z_bar.dtype == np.float64 "
        "else 0.0":
            "zeros alike, of types that tests of single precision tell apart",
    },
    "reductions.is_start": {
        "initial if z.dtype == np.float64 else np.full_like(z, initial)  =>  np.full_like(z, initial) if z.dtype == np.float64 "
        "else initial":
            "values alike, of types that tests of single precision tell apart",
    },
    "indexing.slab": {
        "v.ndim - 1  =>  v.ndim + 1": SHORTER,
        "v.ndim - 1  =>  v.ndim": SHORTER,
        "v.ndim - 1  =>  -1": SHORTER,
    },
    "joining.blocks": {
        "k + 1  =>  k - 1": "the last part ends where the whole does",
        "k + 1  =>  k": "the last part ends where the whole does",
        "k + 1  =>  1": "the last part ends where the whole does",
    },
    "joining.flat_parts": {
        "k + 1  =>  k - 1": "the last part ends where the whole does",
        "k + 1  =>  k": "the last part ends where the whole does",
        "k + 1  =>  1": "the last part ends where the whole does",
    },
    "joining.insert_vjp": {
        "where > 0  =>  where >= 0": "moving the first axis to the front",
    },
    "joining.parts": {
        "k + 1  =>  k - 1": "the last part ends where the whole does",
        "k + 1  =>  k": "the last part ends where the whole does",
        "k + 1  =>  1": "the last part ends where the whole does",
    },
    "joining.repeat_vjp": {
        "axis is None or np.ndim(a) == 1  =>  axis is None": SHORTER,
    },
    "joining.tile_vjp": {
        "np.ndim(A) == np.ndim(z)  =>  np.ndim(A) != np.ndim(z)": "a sum over an axis of length 1 that the reshape brings",
    },
    "linalg.contracted": {
        "np.ndim(v) == 0 or np.ndim(w) == 0  =>  np.ndim(v) == 0": "a product with a number, which tensordot gives, too",
        "np.ndim(v) == 0 or np.ndim(w) == 0  =>  np.ndim(w) == 0": "a product with a number, which tensordot gives, too",
    },
    "linalg.dot_vjp": {
        "b.ndim <= 2 and a.ndim <= 2 or b.ndim == 1  =>  b.ndim == 1": "both branches hold for matrices",
        "b.ndim <= 2 and a.ndim <= 2  =>  b.ndim <= 2": "both branches hold for matrices",
        "b.ndim <= 2  =>  b.ndim < 2": "both branches hold for matrices",
        "a.ndim <= 2  =>  a.ndim < 2": "both branches hold for matrices",
        "a.ndim <= 2  =>  a.ndim > 2": "both branches hold for matrices",
    },
    "linalg.einsum_bar": {
        "v + np.zeros_like(a)  =>  v - np.zeros_like(a)": "minus zero",
        "len(alone) > 0  =>  len(alone) >= 0": "no dimensions are added",
        ("np.einsum(formula, *factors, optimize=optimize) if optimize else np.einsum(formula, *factors)"
         "  =>  np.einsum(formula, *factors) if optimize else np.einsum(formula, *factors, optimize=optimize)"):
            "without effect on the result",
    },
    "linalg.magnitude_power": {
        "exponent >= 0  =>  exponent < 0": "the general way, which holds for both; the other one differs by a warning",
        "exponent >= 0  =>  exponent > 0": "both formulas hold on the bound",
    },
    "linalg.matmul_bars": {
        "-1  =>  1 (2)": "the last axis of a vector",
    },
    "linalg.matrix_norm_bar": {
        "ord > 0  =>  ord >= 0": "an order is not 0 there",
        "ord > 0  =>  ord >= 0 (2)": "an order is not 0 there",
    },
    "linalg.spectral_norm_slope": {
        "x.ndim - 2  =>  x.ndim + 2": SHORTER,
        "x.ndim - 2  =>  x.ndim": SHORTER,
        "x.ndim - 2  =>  -2": SHORTER,
        "x.ndim - 1  =>  x.ndim + 1": SHORTER,
        "x.ndim - 1  =>  x.ndim": SHORTER,
        "x.ndim - 1  =>  -1": SHORTER,
    },
    "linalg.unbroadcast_cross": {
        "a.ndim - 1  =>  a.ndim + 1": SHORTER,
        "a.ndim - 1  =>  a.ndim": SHORTER,
        "a.ndim - 1  =>  -1": SHORTER,
    },
    "polynomials.last": {
        "v.shape[0] - a.shape[0]  =>  -a.shape[0]": "counted from the end",
    },
    "polynomials.polyfit_vjp": {
        "len(x) * EPS  =>  EPS": "how near to zero a singular value must be to be taken for zero",
    },
    "polynomials.weighted": {
        "v  =>  -v": "the same fit, with both sides negated",
    },
    "reductions.along": {
        "np.ndim(v) == a.ndim or normal_axes(axis, a.ndim) == (a.ndim - 1,)  =>  np.ndim(v) == a.ndim": SHORTER,
        "a.ndim - 1  =>  a.ndim + 1": SHORTER,
        "a.ndim - 1  =>  a.ndim": SHORTER,
        "a.ndim - 1  =>  -1": SHORTER,
    },
    "reductions.cumprod_vjp": {
        "axis is None or a.ndim == 1  =>  axis is None": SHORTER,
    },
    "reductions.cumsum_vjp": {
        "axis is None or a.ndim == 1  =>  axis is None": SHORTER,
    },
    "reductions.everything": {
        "isinstance(where, bool) and where  =>  -(isinstance(where, bool) and where)": "minus one is as true as one",
    },
    "reductions.nested_behind": {
        "step < a.shape[axis]  =>  step <= a.shape[axis]": "one more round adds zeros",
    },
    "reductions.prod_bar": {
        "isinstance(initial, int) and initial == 1  =>  initial == 1": "the product with one",
        "axis is None or factors.ndim == 1  =>  axis is None": SHORTER,
        "axis is None or factors.ndim == 1  =>  factors.ndim == 1": SHORTER,
    },
    "reductions.shifted": {
        ("np.concatenate([slab(v, axis, step, None), np.zeros_like(slab(v, axis, None, step))], axis)"
         "  =>  -np.concatenate([slab(v, axis, step, None), np.zeros_like(slab(v, axis, None, step))], axis)"):
            "both factors of each product change their sign",
    },
    "reductions.steps": {
        "d.ndim == y.ndim or normal_axes(axis, y.ndim) == (y.ndim - 1,)  =>  d.ndim == y.ndim": SHORTER,
        "y.ndim - 1  =>  y.ndim + 1": SHORTER,
        "y.ndim - 1  =>  y.ndim": SHORTER,
        "y.ndim - 1  =>  -1": SHORTER,
    },
    "reductions.var_vjp": {
        ("2.0 * z_bar / left if ddof == 0 else z_bar * np.divide(2.0, left)"
         "  =>  z_bar * np.divide(2.0, left) if ddof == 0 else 2.0 * z_bar / left"):
            "one of them never raises",
    },
    "runtime.arrays.cofactors_along": {
        ("(1.0 - same) * product_of_others(np.expand_dims(s, -2) * (1.0 - same) + same)"
         "  =>  product_of_others(np.expand_dims(s, -2) * (1.0 - same) + same)"):
            "what is on the diagonal cancels",
        "1.0 - same  =>  1.0 + same": "what is on the diagonal cancels",
        "1.0 - same  =>  1.0": "what is on the diagonal cancels",
    },
    "runtime.arrays.well_conditioned": {
        "condition < np.finfo(inverse.dtype).eps ** (-0.25)  =>  condition <= np.finfo(inverse.dtype).eps ** (-0.25)":
            "a bound of rounding errors",
    },
    "runtime.cotangents.strong_quotient": {
        "x_bar  =>  -x_bar": "minus zero",
    },
    "runtime.special.digamma_of_positive": {
        "x < 10.0  =>  x <= 10.0": "both sides of the bound are as exact",
        "691 / 32760 - s / 12  =>  691 / 32760 + s / 12": "below the last digit",
        "691 / 32760 - s / 12  =>  691 / 32760": "below the last digit",
    },
    "runtime.special.polygamma": {
        "math.nan  =>  -math.nan": "not a number has no sign",
        "x < 10.0 + n  =>  x <= 10.0 + n": "both sides of the bound are as exact",
        "x > 1e+16  =>  x >= 1e+16": "both formulas hold on the bound",
    },
    "runtime.special.power_dx": {
        "isinstance(y, complex) or y >= 1  =>  isinstance(y, complex)": "the general way, which never raises",
        "y >= 1  =>  y > 1": "both formulas hold on the bound",
    },
    "runtime.special.sinc_dx": {
        "np.abs(t) < 0.3  =>  np.abs(t) <= 0.3": "both formulas hold on the bound",
        ("0.0 - t / 3 * (1 - s / 10 * (1 - s / 28 * (1 - s / 54 * (1 - s / 88))))"
         "  =>  -(t / 3 * (1 - s / 10 * (1 - s / 28 * (1 - s / 54 * (1 - s / 88)))))"):
            "minus zero",
    },
    "sampled.kaiser_vjp": {
        "0.0 * slope  =>  0.0": "a zero, times anything",
    },
    "sampled.within": {
        "axis > 0  =>  axis >= 0": "an index in a tuple of its own",
    },
    "scalar.dist_vjp": {
        "isinstance(p, np.ndarray) and isinstance(q, np.ndarray)  =>  isinstance(p, np.ndarray)":
            "an array minus a list is an array, too",
        "isinstance(p, np.ndarray) and isinstance(q, np.ndarray)  =>  isinstance(q, np.ndarray)":
            "an array minus a list is an array, too",
    },
    "scalar.one_hot_vjp": {
        "isinstance(z_bar, tuple)  =>  not isinstance(z_bar, tuple)": "a part without a cotangent counts as zero either way",
    },
    "scalar.pow_vjp": {
        "y > 1  =>  y >= 1": "1 has a formula of its own before",
        "x + 0j  =>  x - 0j": "only the kind of number changes",
    },
    "scalar.sum_vjp": {
        "isinstance(items, tuple)  =>  not isinstance(items, tuple)": "a list instead of a tuple of the same items",
    },
    "scipy.factors.lu_factors_bar": {
        "rows < columns  =>  rows <= columns": "square ones have left before",
    },
    "scipy.factors.packed_bars": {
        "-1  =>  1 (2)": "the last axis of a matrix",
    },
    "scipy.multivariate.multinomial_bars": {
        "counts.ndim != 1 or p.ndim != 1  =>  counts.ndim != 1": "what is refused; tests of refusals notice it",
        "counts.ndim != 1 or p.ndim != 1  =>  p.ndim != 1": "what is refused; tests of refusals notice it",
    },
    "scipy.probability.ellipkm1_slope": {
        "p > 0.5  =>  p >= 0.5": "both formulas hold on the bound",
    },
    "scipy.probability.log1p_ratio_slope": {
        "np.abs(w) < 0.02  =>  np.abs(w) <= 0.02": "both formulas hold on the bound",
    },
    "scipy.signal.savgol_filter_vjp": {
        "window_length % 2  =>  window_length": "what is refused; tests of refusals notice it",
        "count - half  =>  -half": "counted from the end",
        "count - half  =>  -half (2)": "counted from the end",
    },
    "scipy.transforms.kind_of": dict.fromkeys((
        "type not in (1, 2, 3, 4) or norm not in (None, 'backward', 'ortho', 'forward')  =>  type not in (1, 2, 3, 4)",
        "type not in (1, 2, 3, 4) or norm not in (None, 'backward', 'ortho', 'forward')"
        "  =>  norm not in (None, 'backward', 'ortho', 'forward')",
    ), "what is refused; tests of refusals notice it"),
    "scipy.special.inverse_mills": {
        "x > 0.0  =>  x >= 0.0": "both formulas hold on the bound",
    },
    "scipy.special.dawsn_slope": {
        "np.abs(x) > 100.0  =>  np.abs(x) >= 100.0": "both formulas hold on the bound",
    },
    "scipy.special.elliptic_difference": {
        "np.abs(m) < 0.0001  =>  np.abs(m) <= 0.0001": "both formulas hold on the bound",
    },
    "scipy.special.erfcx_slope": {
        "x > 100.0  =>  x >= 100.0": "both formulas hold on the bound",
    },
    "scipy.special.rgamma_slope": {
        "x < 0.5  =>  x <= 0.5": "both formulas hold on the bound",
    },
    "scipy.special.second_kind": {
        "v >= 0  =>  v > 0": "both formulas hold on the bound",
    },
    "scipy.special.trigamma": {
        "x > 0.0  =>  x >= 0.0": "both formulas are infinite there",
    },
    "scipy.stats.log1p_ratio": {
        "np.abs(c * u) < 1e-08  =>  np.abs(c * u) <= 1e-08": "both formulas hold on the bound",
    },
    "scipy.stats_line.crystalball_slopes": {
        "u <= -beta  =>  u < -beta": "both formulas hold on the bound",
        "-beta  =>  beta (2)": "a number that nobody reads",
    },
    "scipy.stats_line.crystalball_rates": {
        "u <= -beta  =>  u < -beta": "both formulas hold on the bound",
        "-beta  =>  beta (2)": "a number that nobody reads",
    },
    "scipy.stats_line.pearson3_slope": {
        "np.abs(v) < 0.02  =>  np.abs(v) <= 0.02": "both formulas hold on the bound",
        "np.abs(skew) < 0.3  =>  np.abs(skew) <= 0.3": "both formulas hold on the bound",
    },
    "scipy.stats.standard": {
        "isinstance(loc, int) and loc == 0  =>  isinstance(loc, int)": "no shift by 0 and no division by 1",
        "isinstance(loc, int) and loc == 0  =>  loc == 0": "no shift by 0 and no division by 1",
        "loc == 0  =>  loc != 0": "no shift by 0 and no division by 1",
        "isinstance(scale, int) and scale == 1  =>  isinstance(scale, int)": "no shift by 0 and no division by 1",
        "isinstance(scale, int) and scale == 1  =>  scale == 1": "no shift by 0 and no division by 1",
        "scale == 1  =>  scale != 1": "no shift by 0 and no division by 1",
    },
    "selecting.along": {
        "a.ndim > 1  =>  a.ndim >= 1": "the places of a vector, in a tuple",
    },
    "selecting.compressed_bar": {
        "axis is None and a.ndim > 1  =>  axis is None": "the places of a vector, in a tuple",
        "a.ndim > 1  =>  a.ndim >= 1": "the places of a vector, in a tuple",
    },
    "scipy.angular.diric_slope": {
        "n - 1  =>  n + 1": "whether it is even counts",
        "np.abs(rest) * n  =>  np.abs(rest)": "both formulas hold",
        "np.abs(rest) * n < 0.001  =>  np.abs(rest) * n <= 0.001": "both formulas hold",
    },
    "scipy.incomplete.gammainc_slope": {
        "further > 0.0  =>  further >= 0.0": "both tails say the same",
    },
    "scipy.incomplete.betainc_slope": {
        "further > 0.0  =>  further >= 0.0": "both tails say the same",
        "y < 0.5  =>  y <= 0.5": "both ways keep the digits",
    },
    "scipy.incomplete.beta_tail": {
        "y < 0.5  =>  y <= 0.5": "both ways keep the digits",
        "y < 0.5  =>  y <= 0.5 (2)": "both ways keep the digits",
    },
    "scipy.incomplete.student_rate": {
        "np.abs(u) < 1e-05  =>  np.abs(u) <= 1e-05": "both formulas hold",
    },
    "selecting.matrices_back": {
        "a.ndim - 2  =>  a.ndim + 2": SHORTER,
        "a.ndim - 2  =>  a.ndim": SHORTER,
        "a.ndim - 2  =>  -2": SHORTER,
        "a.ndim - 1  =>  a.ndim + 1": SHORTER,
        "a.ndim - 1  =>  a.ndim": SHORTER,
        "a.ndim - 1  =>  -1": SHORTER,
    },
    "selecting.on_diagonal": {
        "offset < 0  =>  offset <= 0": "the main diagonal is read along rows or columns",
    },
    "selecting.open_mesh": {
        "len(behind) > 0  =>  len(behind) >= 0": "an array without further axes",
    },
    "selecting.put_back": {
        "axis is None and a.ndim > 1  =>  axis is None": "the places of a vector, in a tuple",
        "a.ndim > 1  =>  a.ndim >= 1": "the places of a vector, in a tuple",
    },
    "selecting.sort_vjp": {
        "axis is None or a.ndim == 1  =>  axis is None": SHORTER,
    },
    "shaping.astype_function_vjp": {
        "z.dtype.kind == 'c' and x.dtype.kind == 'f'  =>  not (z.dtype.kind == 'c' and x.dtype.kind == 'f')":
            "of a complex cotangent of real numbers only the real part is read",
        "z.dtype.kind == 'c' and x.dtype.kind == 'f'  =>  z.dtype.kind == 'c'":
            "of a complex cotangent of real numbers only the real part is read",
        "z.dtype.kind == 'c' and x.dtype.kind == 'f'  =>  x.dtype.kind == 'f'":
            "of a complex cotangent of real numbers only the real part is read",
        "z.dtype.kind == 'c'  =>  z.dtype.kind != 'c'": "of a complex cotangent of real numbers only the real part is read",
        "x.dtype.kind == 'f'  =>  x.dtype.kind != 'f'": "of a complex cotangent of real numbers only the real part is read",
        "z_bar if z.dtype == x.dtype else z_bar.astype(x.dtype)  =>  z_bar.astype(x.dtype) if z.dtype == x.dtype else z_bar":
            "of a complex cotangent of real numbers only the real part is read",
    },
    "shaping.astype_vjp": {
        "z.dtype.kind == 'c' and a.dtype.kind == 'f'  =>  not (z.dtype.kind == 'c' and a.dtype.kind == 'f')":
            "of a complex cotangent of real numbers only the real part is read",
        "z.dtype.kind == 'c' and a.dtype.kind == 'f'  =>  z.dtype.kind == 'c'":
            "of a complex cotangent of real numbers only the real part is read",
        "z.dtype.kind == 'c' and a.dtype.kind == 'f'  =>  a.dtype.kind == 'f'":
            "of a complex cotangent of real numbers only the real part is read",
        "z.dtype.kind == 'c'  =>  z.dtype.kind != 'c'": "of a complex cotangent of real numbers only the real part is read",
        "a.dtype.kind == 'f'  =>  a.dtype.kind != 'f'": "of a complex cotangent of real numbers only the real part is read",
        "z_bar if z.dtype == a.dtype else z_bar.astype(a.dtype)  =>  z_bar.astype(a.dtype) if z.dtype == a.dtype else z_bar":
            "of a complex cotangent of real numbers only the real part is read",
    },
    "shaping.expand_dims_vjp": {
        ("like(z_bar, a) if np.ndim(a) == 0 else np.squeeze(z_bar, axis)"
         "  =>  np.squeeze(z_bar, axis) if np.ndim(a) == 0 else like(z_bar, a)"):
            "two ways to take an axis of length 1 away",
    },
    "shaping.transposed_back": {
        "np.ndim(z_bar) > 1  =>  np.ndim(z_bar) >= 1": "the transpose of a vector",
    },
    "shaping.unnested": {
        **dict.fromkeys(("isinstance(object, tuple) and len(path) > 0  =>  isinstance(object, tuple)",
                         "len(path) > 0  =>  len(path) >= 0", "len(path) > 0  =>  len(path) <= 0"),
                        "a tuple or a list of the same numbers; tests of lists of tuples notice it"),
    },
    "solving.as_matrices": {
        "-1  =>  1": "the last axis of a vector",
    },
    "solving.columns": {
        "-1  =>  1": "the last axis of a vector",
    },
    "solving.multi_dot_vjp": {
        "-1  =>  1": "the last axis of a row",
    },
    "solving.slogdet_vjp": {
        "np.iscomplexobj(a) and z_bar[0] is not None  =>  z_bar[0] is not None": "the sign of a real determinant adds a zero",
    },
    "solving.truncated_inverse_bar": {
        "s > cut * s[..., :1]  =>  s >= cut * s[..., :1]": "a singular value on the bound has no derivative",
    },
    "runtime.arrays.settled": {
        "np.conj(np.swapaxes(turned, -1, -2))  =>  np.swapaxes(turned, -1, -2)": COMPLEX_PROJECTIONS,
        "np.conj(added @ (np.swapaxes(added_bar, -1, -2) @ first))  =>  added @ (np.swapaxes(added_bar, -1, -2) @ first)":
            COMPLEX_PROJECTIONS,
        "-1  =>  1 (2)": "of one matrix the axes 1 and -1 are the same",
        "rounding * np.linalg.norm(added_bar, axis=(-2, -1))  =>  rounding": "what is refused is far from the bound",
        "rounding * np.linalg.norm(added_bar, axis=(-2, -1))  =>  np.linalg.norm(added_bar, axis=(-2, -1))":
            "what is refused is tried where it is differentiated",
    },
    "linalg.vector_norm_bar": {"ord < 1  =>  ord <= 1": "the order 1 has been told apart before"},
    "statistics.corrcoef_vjp": {
        "z_bar * np.where(np.isnan(unit), unit, 0.0)  =>  np.where(np.isnan(unit), unit, 0.0)": "it is 0 or NaN",
        "z_bar * np.where(np.isnan(unit), unit, 0.0)  =>  -(z_bar * np.where(np.isnan(unit), unit, 0.0))": "it is 0 or NaN",
    },
    "ufunc_methods.share": {
        "whole & (np.isinf(top) | (ties > 1))  =>  whole":
            "the first derivative is the same; the second one goes through the difference",
        "ties > 1  =>  ties >= 1": "the first derivative is the same; the second one goes through the difference",
    },
    "ufuncs.excess": {
        "-math.inf  =>  math.inf": "the general formula holds, too",
        "(z == x) & (x == other)  =>  x == other":
            "the first derivative is the same; the second one goes through the difference",
    },
}
"""By rule or function: the mistake, and why nothing can notice it."""

OF_DISTRIBUTIONS = (
    (r"stats\.\w+\.(mean|median)", r"standard\(z, loc, scale\)", "that of the standard distribution is 0, or 1"),
    (r"stats\.(fisk|lognorm|dgamma|dweibull|fatiguelife|loglaplace|rdist)\.median", r"",
     "that of the standard distribution is 0 or 1, whatever the shape"),
    (r"stats\.\w+\.std", r"z / scale", "that of the standard distribution is 1"),
    (r"stats\..*", r"scale \* 1\.0|--1\.0 \*", "a factor of one"),
    (r"stats\.(t|dgamma|rdist|pearson3)\.(mean|var|std)", r"0\.0 \* \w+", "a zero"),
    (r"stats\.pearson3\.std", r"0\.5 \* scale", "a factor of zero"),
    (r"stats\.pearson3\.var", r"scale \* scale", "a factor of zero"),
    (r"stats\.t\.median", r"scale", "it does not move with the shape"),
    (r"stats\.(loguniform|reciprocal)\.(log)?pdf", r"1\.0 \+ within|-z  =>|np\.inf",
     "the scale is without effect inside of the support"),
    (r"stats\.(geom|nbinom|poisson|logser|planck|yulesimon)\.logsf|stats\.(skellam|dlaplace)\.log\w+", r"z > -np\.inf",
     "it is finite for every count"),
    (r"stats\.(dgamma|dweibull)\.logpdf", r"z > -np\.inf", "it is finite but for one point"),
    (r"stats\.dlaplace\..*", r"loc\) < 0\.0  =>", "both formulas hold on the bound"),
    (r"stats\.(laplace_asymmetric|triang|trapezoid)\..*", r"\) (>=|<|>) (c|d|0\.0)  =>", "at a corner either slope is right"),
    (r"stats\.trapezoid\..*", r"^1\.0 \* \(", "a factor of one"),
    (r"stats\.rdist\..*", r"^[xz] - loc  =>", "it decides at an end of the support; what holds there is tested apart"),
    (r"stats\.\w+\.pdf", r"z > 0\.0", "the density, which is 0 there, is a factor"),
    (r"stats\.(uniform|expon|truncexpon)\.(log)?pdf", r"0\.0|np\.inf|1 / scale", "a zero, times anything"),
    (r"stats\.\w+\.(\w*cdf|\w*sf|ppf|isf|median)",
     r"^[xz] (>|<|!=) loc|^\([xz] > loc\) & |^loc \+ scale  =>  scale|^np\.abs\([xz] - loc\) < scale"
     r"|^stats\.\w+\.logpdf\(.*\) > -np\.inf",
     "it decides at an end of the support; what holds there is tested apart"),
    (r"stats\.gen(pareto|extreme)\.logpdf", r"z > -np\.inf", "the slope is 0 at the number that is put in elsewhere"),
)
"""Likewise for formulas that are written by the line of a distribution: patterns of the name and of the mistake."""


def no_mistake(name: str, what: str) -> bool:
    """Whether a mistake in a rule is listed as none."""
    return what in EQUIVALENT.get(name, ()) or any(
        re.fullmatch(names, name) and re.search(whats, what) for names, whats, _ in OF_DISTRIBUTIONS)
