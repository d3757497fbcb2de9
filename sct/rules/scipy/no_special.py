"""Functions of ``scipy.special`` without a derivative rule: constants by nature, and the others by the reason."""

from __future__ import annotations

from scipy import special

from ...ir.types import ANY, Array
from ..notation import refuse_named, zero
from . import special as _special

assert _special


def vector(args, kwargs):  # type: ignore[no-untyped-def]
    """``infer``: numbers of which an argument says how many."""
    return Array("float64", (ANY,))


zero(special.round, special.stirling2)
zero(special.jn_zeros, special.jnp_zeros, special.yn_zeros, special.ynp_zeros, special.bernoulli, special.euler,
     effect="fresh", infer=vector)

refuse_named(special, """
    jacobi legendre chebyt chebyu chebyc chebys sh_chebyt sh_chebyu sh_legendre sh_jacobi gegenbauer laguerre genlaguerre
    hermite hermitenorm""",
             because="its result is a polynomial that is an object", instead="use special.eval_… of the same name")
refuse_named(special, """
    mathieu_a mathieu_b mathieu_cem mathieu_sem mathieu_even_coef mathieu_odd_coef mathieu_modcem1 mathieu_modcem2
    mathieu_modsem1 mathieu_modsem2 obl_ang1 obl_ang1_cv obl_cv obl_cv_seq obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv pro_ang1
    pro_ang1_cv pro_cv pro_cv_seq pro_rad1 pro_rad1_cv pro_rad2 pro_rad2_cv ellip_harm ellip_harm_2 ellip_normal""",
             because="functions of Mathieu, Lamé and spheroidal waves have no rule", instead="use sct.custom_vjp")
refuse_named(special, """
    bdtri bdtrik bdtrin btdtria btdtrib chdtriv chndtr chndtridf chndtrinc chndtrix fdtridfd gdtria gdtrib gdtrix nbdtri nbdtrik
    nbdtrin ncfdtr ncfdtri ncfdtridfd ncfdtridfn ncfdtrinc nctdtr nctdtridf nctdtrinc nctdtrit nrdtrimn nrdtrisd pdtri pdtrik
    stdtridf""", because="noncentral distributions, and inverses by a parameter, have no rule",
             instead="solve the equation with scipy.optimize.brentq, which has one")
refuse_named(special, "elliprc elliprd elliprf elliprg elliprj",
             because="slopes of Carlson's integrals where two arguments are equal are no functions that SciPy has",
             instead="use special.ellipkinc and special.ellipeinc")
refuse_named(special, "assoc_legendre_p assoc_legendre_p_all legendre_p_all sph_harm_y_all sph_legendre_p_all lqmn lqn"
             " riccati_jn riccati_yn pbdn_seq pbdv_seq pbvv_seq lmbda", because="it gives all degrees, or derivatives, too",
             instead="use lpmv, legendre_p, sph_harm_y, spherical_jn, pbdv: one degree at a time")
refuse_named(special, "airye kelvin", because="what it scales by, or gives as a complex number, has a rule apart",
             instead="use airy, or ber, bei, ker and kei")
refuse_named(special, "besselpoly modfresnelm modfresnelp tklmbda", because="its slope is no function that SciPy has",
             instead="use scipy.integrate.quad, or sct.custom_vjp")
refuse_named(special, "kolmogorov kolmogi smirnov smirnovi zetac", because="its slope is no function that SciPy has",
             instead="use sct.custom_vjp")
refuse_named(special, "factorial2 factorialk", because="it is defined at whole numbers", instead="use special.gamma")
refuse_named(special, """
    ai_zeros bi_zeros bei_zeros beip_zeros ber_zeros berp_zeros erf_zeros fresnel_zeros fresnelc_zeros fresnels_zeros
    jnjnp_zeros jnyn_zeros kei_zeros keip_zeros kelvin_zeros ker_zeros kerp_zeros y0_zeros y1_zeros y1p_zeros roots_gegenbauer
    roots_genlaguerre roots_jacobi roots_sh_jacobi radian""",
             because="how its result depends on its arguments has no rule", instead="call it outside and pass the result")
refuse_named(special, "errstate geterr seterr", because="it asks for, or changes, a setting of the whole program",
             instead="call it outside")
