// Made by coefficients.py; do not edit.
#pragma once
#include "compiler/elementary/Numbers.h"

namespace dagger::elementary::coefficients {

// 2^(i / 16 - 1001), 2^(i / 16 - 101).
inline constexpr Row expPowers = {0x1.0000000000000p-1001, 0x1.0b5586cf9890fp-1001, 0x1.172b83c7d517bp-1001, 0x1.2387a6e756238p-1001, 0x1.306fe0a31b715p-1001, 0x1.3dea64c123422p-1001, 0x1.4bfdad5362a27p-1001, 0x1.5ab07dd485429p-1001, 0x1.6a09e667f3bcdp-1001, 0x1.7a11473eb0187p-1001, 0x1.8ace5422aa0dbp-1001, 0x1.9c49182a3f090p-1001, 0x1.ae89f995ad3adp-1001, 0x1.c199bdd85529cp-1001, 0x1.d5818dcfba487p-1001, 0x1.ea4afa2a490dap-1001};
inline constexpr Row expPowersFloat = {0x1.0000000000000p-101, 0x1.0b5586cf9890fp-101, 0x1.172b83c7d517bp-101, 0x1.2387a6e756238p-101, 0x1.306fe0a31b715p-101, 0x1.3dea64c123422p-101, 0x1.4bfdad5362a27p-101, 0x1.5ab07dd485429p-101, 0x1.6a09e667f3bcdp-101, 0x1.7a11473eb0187p-101, 0x1.8ace5422aa0dbp-101, 0x1.9c49182a3f090p-101, 0x1.ae89f995ad3adp-101, 0x1.c199bdd85529cp-101, 0x1.d5818dcfba487p-101, 0x1.ea4afa2a490dap-101};
// (e^r - 1 - r) / r^2 of those: error 2^-56.25.
inline constexpr double expRest[] = {
    0x1.fffffffffffb8p-2,
    0x1.555555548ec33p-3,
    0x1.5555555900645p-5,
    0x1.11123b43202d1p-7,
    0x1.6c14c5ef14a06p-10,
};
// the same, for f32: error 2^-29.22.
inline constexpr double expRestFloat[] = {
    0x1.00021f35c96b9p-1,
    0x1.55559afb1c53ap-3,
};
// (e^r - 1 - r) / r^2: error 2^-57.94.
inline constexpr double exp[] = {
    0x1.000000000000ap-1,
    0x1.55555555554fap-3,
    0x1.555555555088cp-5,
    0x1.1111111127b95p-7,
    0x1.6c16c184265abp-10,
    0x1.a01a012a6c01dp-13,
    0x1.a0199a1711052p-16,
    0x1.71df2534f536cp-19,
    0x1.28ad68799c948p-22,
    0x1.ad7f833c8636ep-26,
};
// the same, for f32: error 2^-28.29.
inline constexpr double expFloat[] = {
    0x1.fffffb9af957ap-2,
    0x1.5554916837434p-3,
    0x1.5558f123fb9dfp-5,
    0x1.1239d36a57852p-7,
    0x1.6a244b254e603p-10,
};
// (log((1 + s) / (1 - s)) - 2 s) / s^3 in s^2: error 2^-58.49.
inline constexpr double log[] = {
    0x1.5555555555593p-1,
    0x1.999999997fca0p-2,
    0x1.2492494201caap-2,
    0x1.c71c51faea432p-3,
    0x1.7466420d651dep-3,
    0x1.39a16521f7857p-3,
    0x1.2f08ecf8b8a71p-3,
};
// 1 / c of each interval of m, and log c in units of 1 / 4398046511104: what that lacks is below 2^-62.0.
inline constexpr Row logInverse = {0x1.642c85827200ep+0, 0x1.5555552c2717ap+0, 0x1.47ae14671ba53p+0, 0x1.3b13b121594a2p+0, 0x1.2f684bc81393bp+0, 0x1.24924902a6d13p+0, 0x1.1a7b960782b7bp+0, 0x1.111110ffb0066p+0, 0x1.0842107995cc4p+0, 0x1.0000000000000p+0, 0x1.e1e1e1cac6f37p-1, 0x1.c71c71bc6a936p-1, 0x1.af286bb16fd70p-1, 0x1.9999997ca453ap-1, 0x1.8618616f869edp-1, 0x1.745d17401055ep-1};
inline constexpr Row logHigh = {-0x1.522ae04a92000p-2, -0x1.26962097c3000p-2, -0x1.f991c64fa8000p-3, -0x1.a93ed32172000p-3, -0x1.5bf4063bc8000p-3, -0x1.1178e7350e000p-3, -0x1.9335e5427c000p-4, -0x1.08598a5534000p-4, -0x1.0415d75798000p-5, 0x0.0p+0, 0x1.f0a30d89e0000p-5, 0x1.e2707742f0000p-4, 0x1.5ff3077fa6000p-3, 0x1.c8ff7d0a74000p-3, 0x1.1675caf5f9000p-2, 0x1.4618bc3199000p-2};
// 1 / c of each interval of m, and log c in units of 1 / 65536: what that lacks is below 2^-31.0.
inline constexpr Row logFloatInverse = {0x1.6391380000000p+0, 0x1.55334c0000000p+0, 0x1.472f2c0000000p+0, 0x1.3b0b420000000p+0, 0x1.2e26000000000p+0, 0x1.246d980000000p+0, 0x1.1a3e840000000p+0, 0x1.107b420000000p+0, 0x1.0820560000000p+0, 0x1.0000000000000p+0, 0x1.e1de4c0000000p-1, 0x1.c6cc860000000p-1, 0x1.af02540000000p-1, 0x1.9981800000000p-1, 0x1.86147e0000000p-1, 0x1.7404ac0000000p-1};
inline constexpr Row logFloatHigh = {-0x1.506c000000000p-2, -0x1.2630000000000p-2, -0x1.f678000000000p-3, -0x1.a908000000000p-3, -0x1.5370000000000p-3, -0x1.1078000000000p-3, -0x1.8fc0000000000p-4, -0x1.ff20000000000p-5, -0x1.0000000000000p-5, 0x0.0p+0, 0x1.f0e0000000000p-5, 0x1.e540000000000p-4, 0x1.60a8000000000p-3, 0x1.c978000000000p-3, 0x1.1680000000000p-2, 0x1.470c000000000p-2};
// (log(1 + r) - r) / r^2: error 2^-56.65.
inline constexpr double logRest[] = {
    -0x1.fffffffffffd8p-2,
    0x1.5555555555a24p-2,
    -0x1.000000009604bp-2,
    0x1.999999881f35bp-3,
    -0x1.555542e930929p-3,
    0x1.2492d4a238b0bp-3,
    -0x1.006a7d39772b3p-3,
    0x1.c4cdb0d7271bdp-4,
};
// (log(1 + r) - r) / r^2: error 2^-25.04.
inline constexpr double logRestFloat[] = {
    -0x1.00000749930f7p-1,
    0x1.557d2a945cddap-2,
    -0x1.fef6a074519f6p-3,
};
inline constexpr double erfStep = 0x1.8800000000000p-2;
// erf x / x in d = x - i erfStep is first + d rest: error 2^-53.09.
inline constexpr Row erfFirst = {0x1.20dd750429b6dp+0, 0x1.135a90163a44cp+0, 0x1.e236b9694226dp-1, 0x1.8f4d8b5e2f76ap-1, 0x1.4438490e8bb5dp-1, 0x1.09ad5a8fa2641p-1, 0x1.bd4e34b1a2f07p-2, 0x1.7e139307a0800p-2, 0x1.4e5cc53a497bbp-2, 0x1.293710421f89dp-2, 0x1.0b7e6dad6d736p-2, 0x1.e65a3da941c1cp-3, 0x1.bdd2b898a310cp-3, 0x1.9b876f525f6a2p-3, 0x1.7e225515a4e34p-3, 0x1.64a893adcd25dp-3};
inline constexpr Row erfRest[] = {
    {0x1.b2bb05c99f1c4p-55, -0x1.0e4305aade334p-2, -0x1.a3e26b8524fefp-2, -0x1.aa52848aa78f9p-2, -0x1.5f2046bcef4ffp-2, -0x1.0620c2bea3d9dp-2, -0x1.7e9a5f1a12147p-3, -0x1.1c82315844716p-3, -0x1.b49738c74c90ap-4, -0x1.590e8171f7a2cp-4, -0x1.1780d628269fbp-4, -0x1.cdfd5e2ddf7ccp-5, -0x1.8433218471b43p-5, -0x1.4ac6138c029f0p-5, -0x1.1d353d43a49d2p-5, -0x1.f0e549bd8bcebp-6},
    {-0x1.812746b037abbp-2, -0x1.23f7261b8f610p-2, -0x1.7a21c7c819d6bp-4, 0x1.f1bed9d802511p-5, 0x1.da1d99c3a20ecp-4, 0x1.ad4b3fd20942cp-4, 0x1.3582f50460e21p-4, 0x1.a1a75628a60e9p-5, 0x1.1c56e8a8cf70ap-5, 0x1.907b0cef7f1b5p-6, 0x1.240b5e22ce018p-6, 0x1.b6d8bd66339f2p-7, 0x1.520633e866967p-7, 0x1.09dd7fcb53e5ap-7, 0x1.a9bbb14772819p-8, 0x1.5a2307d47d205p-8},
    {0x1.43a708a92feb5p-40, 0x1.28ceb5c37e187p-3, 0x1.5770e65d5d804p-3, 0x1.72dc6ed49cf6bp-4, 0x1.720e3f8dff9bep-7, -0x1.76d6fe59a41e6p-6, -0x1.97f1dd92ffc56p-6, -0x1.2054ca865b474p-6, -0x1.6d581fa42f59dp-7, -0x1.cfd1a4862fc07p-8, -0x1.3113ecc8da9d9p-8, -0x1.a0db064bf0525p-9, -0x1.26556eb2e8f52p-9, -0x1.ab63427b5de6dp-10, -0x1.3dbf9574e3b17p-10, -0x1.e23ca58d9022cp-11},
    {0x1.ce2f219c4500ap-4, 0x1.f47f772196001p-5, -0x1.c70c0a11ee000p-6, -0x1.f0a22910c43b0p-5, -0x1.35f4c00ee9157p-5, -0x1.240a1d36904e2p-7, 0x1.d4d483e35ccf8p-9, 0x1.43d12eec69e57p-8, 0x1.bc5df605a18e2p-9, 0x1.09ab717a4bc5ap-9, 0x1.3e36f7e370984p-10, 0x1.8be90ee7c573ep-11, 0x1.0049b6806765cp-11, 0x1.578530e9963b4p-12, 0x1.da4e7d98d736dp-13, 0x1.4fecf218dd85dp-13},
    {0x1.dbefeb639783cp-30, -0x1.80ada43022255p-5, -0x1.2a734142f430fp-5, 0x1.6b5b531c0da99p-10, 0x1.1b772532673f3p-6, 0x1.6aa98602a9078p-7, 0x1.6401306b08ee9p-9, -0x1.1556914d2de1cp-11, -0x1.c09348b156c53p-11, -0x1.2375156018a7cp-11, -0x1.497271d03f183p-12, -0x1.77aff29c302bcp-13, -0x1.be49e156a63d3p-14, -0x1.141bfa5c84ff2p-14, -0x1.620059e8e19a6p-15, -0x1.d402b5cfa7bf2p-16},
    {-0x1.b82d0639ff920p-6, -0x1.2571acee020bfp-7, 0x1.f00cc4e11533bp-7, 0x1.be12eeb563164p-7, 0x1.3d68becf0d7cep-11, -0x1.1a61217513f08p-8, -0x1.49f607dd9d312p-9, -0x1.1cec280c46f5ep-11, 0x1.7747a60d5f237p-14, 0x1.139e6ea0563f8p-13, 0x1.4b099186ce2d8p-14, 0x1.62f21133aac9dp-15, 0x1.84683f0d8ae63p-16, 0x1.bbd7435c000a2p-17, 0x1.0835e6a30bad9p-17, 0x1.4603f95e77339p-18},
    {0x1.b5f34dc1ad2c8p-22, 0x1.677873446d7cbp-7, 0x1.2fddfbd24130ep-8, -0x1.25742facc7ad1p-8, -0x1.f744b7f7dbc0ap-9, -0x1.549802658dda7p-14, 0x1.f476648e3f185p-11, 0x1.df235a804d53ap-12, 0x1.435094b839187p-14, -0x1.1323573389ed7p-16, -0x1.2bc86de3bd250p-16, -0x1.4966fd1012ccbp-17, -0x1.514dad7594a91p-18, -0x1.64abd70fece11p-19, -0x1.8a62c3adb5736p-20, -0x1.c63429a877b44p-21},
    {0x1.5622dace62e17p-8, 0x1.8233c71c99b3cp-11, -0x1.eec9336ca4fc4p-9, -0x1.6d9263a1d2343p-10, 0x1.4e3a32957c2b2p-10, 0x1.b9ddd4a375c41p-11, -0x1.950b61ac9194dp-15, -0x1.7dbf9616263f5p-13, -0x1.1445c32d0e773p-14, -0x1.fb2ddc95123d2p-18, 0x1.6bfec67cf290ep-19, 0x1.1ed17f2e14db3p-19, 0x1.223ebf213e5cfp-20, 0x1.1e5cd3aec6b08p-21, 0x1.265485ae7c263p-22, 0x1.3c653da85488bp-23},
    {0x1.39b55b5940c35p-16, -0x1.0745cc73f33adp-9, -0x1.aa551edd3c514p-13, 0x1.286c23cde56dbp-10, 0x1.0cd9ed96c7a29p-12, -0x1.570b8047c8859p-12, -0x1.235f073d14c2ep-13, 0x1.a95db13bf3d62p-16, 0x1.deb2a1778f771p-16, 0x1.f062344d20ec5p-18, 0x1.c459addef0dbep-22, -0x1.8ddc3fd7b71dap-22, -0x1.e2cd994abe21bp-23, -0x1.c9ff2d0325f24p-24, -0x1.b72edc05681a7p-25, -0x1.b8cafed530419p-26},
    {-0x1.e28fb1168b79cp-11, 0x1.b768c2af62504p-16, 0x1.4dfd03cde8561p-11, -0x1.5d6d7ec7f2bc4p-16, -0x1.2416244bf72c4p-12, -0x1.10312e6876f39p-16, 0x1.1cdccb8e925d8p-14, 0x1.0703d23c0f9b1p-16, -0x1.a387316b1385ep-18, -0x1.dcdf1e8dd6e60p-19, -0x1.57ec6f7294f36p-21, 0x1.347aa76337425p-28, 0x1.6381910fd02f3p-25, 0x1.69b6e141666f7p-26, 0x1.4864dc7087cbcp-27, 0x1.340bd193c0810p-28},
    {0x1.174201496b9a2p-13, 0x1.37b793dd771d1p-12, -0x1.d021097b63657p-15, -0x1.5622fc82186b5p-13, 0x1.32313aecfae5ap-15, 0x1.be84c97493e16p-15, -0x1.c6d15fdc623fbp-18, -0x1.6b41a02957d55p-17, -0x1.9207666d928ccp-21, 0x1.1724b4d615c96p-20, 0x1.6ef24c8e92462p-22, 0x1.4e7e84ad16c52p-25, -0x1.2ff5ad4677d5dp-28, -0x1.0cb70f0d94905p-28, -0x1.e62aaebad3addp-30, -0x1.aceb1fea4269ep-31},
};
inline constexpr double erfFloatStep = 0x1.0000000000000p-2;
// erf x / x in d = x - i erfFloatStep is first + d rest: error 2^-28.63.
inline constexpr Row erfFloatFirst = {0x1.20dd75045f992p+0, 0x1.1af54e19c9875p+0, 0x1.0a7ef5c18f6afp+0, 0x1.e57b7486919e8p-1, 0x1.af767a8578765p-1, 0x1.7a0517b7aeea9p-1, 0x1.49c38e4d00770p-1, 0x1.20ac044565bdep-1, 0x1.fd9ae139ed25fp-2, 0x1.c67206889a7ecp-2, 0x1.996eed8dfa7d8p-2, 0x1.74537fc54ddbcp-2, 0x1.5553672d79525p-2, 0x1.3b135862615bdp-2, 0x1.24923ae54d705p-2, 0x1.11110f083b12bp-2};
inline constexpr Row erfFloatRest[] = {
    {-0x1.e598e8b315e1fp-26, -0x1.73070369a34f7p-3, -0x1.4c3884978a681p-2, -0x1.a0cdd92d27187p-2, -0x1.b5db0410937cbp-2, -0x1.9b12dfa3f293dp-2, -0x1.667ed57c809d3p-2, -0x1.2b07a62aebe0dp-2, -0x1.e8712778c62f6p-3, -0x1.8d734c21cd653p-3, -0x1.45c31f7a93beap-3, -0x1.0e5896cae529ap-3, -0x1.c6e932ba18764p-4, -0x1.83bf9f6d1ad8dp-4, -0x1.4e5c5c0cba6f9p-4, -0x1.234526457b1e0p-4},
    {-0x1.812695623dfabp-2, -0x1.5765a702c0923p-2, -0x1.d6dd15d5d44a8p-3, -0x1.9a7fa44f05981p-4, 0x1.990edc1cd4843p-7, 0x1.5aa3c4477de6cp-4, 0x1.d4d939e87c877p-4, 0x1.d35518764efefp-4, 0x1.93cad9dcc5f39p-4, 0x1.44092f70908b4p-4, 0x1.f760607062cb0p-5, 0x1.846da047aee4bp-5, 0x1.2e22159757ca5p-5, 0x1.dcc01ada51b57p-6, 0x1.7e09b14297bccp-6, 0x1.36ac693e431adp-6},
    {-0x1.7af9bffc097dbp-14, 0x1.acee8134f1d4cp-4, 0x1.55ce9162aacb9p-3, 0x1.5ace7d8184526p-3, 0x1.01cebe061f17bp-3, 0x1.0faaed5fada9ap-4, 0x1.094b5a3afbdf7p-6, -0x1.c0303bbdb5beap-7, -0x1.9c88d0e396a47p-6, -0x1.a1de78bfc5530p-6, -0x1.5bfaa346d0be2p-6, -0x1.0a0c68d367e09p-6, -0x1.8a39f0bc36632p-7, -0x1.23693f4f95853p-7, -0x1.b3d2b37832ee6p-8, -0x1.4b3ef00f2f4adp-8},
    {0x1.d3e8efb9175fdp-4, 0x1.6aee80e28cea4p-4, 0x1.0917228d78f4ap-5, -0x1.91efaf7e70216p-6, -0x1.cd34497c24113p-5, -0x1.d9168372a1488p-5, -0x1.4bb51a656f6acp-5, -0x1.439b3720b12b2p-6, -0x1.360d1026256bfp-8, 0x1.6d5db3b11270ep-9, 0x1.48beb9ec0e153p-8, 0x1.34cd257a3d9bfp-8, 0x1.e02515c08749ep-9, 0x1.5b87c0e4f2c8ap-9, 0x1.edc6cb419b48dp-10, 0x1.60e8cab477625p-10},
    {-0x1.4734dea3398dap-7, -0x1.2446a7ef12eb9p-5, -0x1.97c7352fcbe64p-5, -0x1.342c48a911d67p-5, -0x1.98e6dbda5ccf3p-7, 0x1.1760687c708c1p-7, 0x1.164571f76c688p-6, 0x1.ea63d40d0e296p-7, 0x1.2241d55b60280p-7, 0x1.c941a863761f9p-9, 0x1.d4e4b10b83ed4p-12, -0x1.7118801d94c48p-11, -0x1.cc69fc620f168p-11, -0x1.783f9b12d7dccp-11, -0x1.0d955af5ba4aep-11, -0x1.7328063943a91p-12},
};
inline constexpr double erfcFirst = 0x1.20dd700000000p+0;
// -log(erfc x) / x - erfcFirst: error 2^-53.65.
inline constexpr double erfcExponent[] = {
    0x1.410a6db2d52b9p-22,
    0x1.45f306dc9c993p-1,
    0x1.a4f4e2a19396bp-4,
    -0x1.3966858849bc0p-6,
    -0x1.b6b6d590a6fdcp-13,
    0x1.bca6c30b05d19p-10,
    -0x1.35682a543faa9p-11,
    0x1.b374d89f56236p-16,
    0x1.0da6d4bc658acp-14,
    -0x1.ebf75b6ea1158p-16,
    0x1.773e29ddf34e2p-19,
    0x1.de74c085334cfp-19,
    -0x1.4621b83a4c898p-19,
    0x1.ca5c0588cbf1fp-21,
    -0x1.75e922482de48p-23,
    0x1.1fe848384a96fp-27,
    0x1.0b546a04b1978p-27,
    -0x1.b14d9aee2c8edp-29,
    0x1.7666a6e56b6a9p-31,
    -0x1.a3e7e68d0d95ap-34,
    0x1.32d3e58447465p-37,
    -0x1.0ba9bae9a421ep-41,
    0x1.a920415d0f17dp-47,
};
// (1 + 2 x) e^(x^2) erfc x in (x - 4) / (x + 4): error 2^-59.5.
inline constexpr double erfc[] = {
    0x1.3ba5916e9fd7fp+0,
    -0x1.1df1ad154a28fp-3,
    0x1.f7f5df66fd6ccp-7,
    0x1.16ecefcfa54a5p-4,
    -0x1.9ddb23c3e8956p-4,
    0x1.7fee004e0fdf1p-4,
    -0x1.0fb06dfe55354p-4,
    0x1.3079edf6d4d51p-5,
    -0x1.096238829b318p-6,
    0x1.49c6726f02194p-8,
    -0x1.8d4a9c4dd8057p-11,
    -0x1.a1df16151e284p-13,
    0x1.3be06c0b0a4abp-13,
    -0x1.995ace8637637p-16,
    -0x1.788dd16ebf2f8p-17,
    0x1.7f346fbfc6e8cp-18,
    0x1.3bda99749eb65p-22,
    -0x1.bb6fffa702598p-21,
    0x1.3e4787709205ep-24,
    0x1.d9e07cbb0c68fp-24,
    -0x1.2c1fc931dde37p-26,
    -0x1.e37627c946650p-27,
    0x1.cd07ef3697c15p-30,
    0x1.49561bd7dcb98p-30,
};
// (atan x / x - 1) / x^2 in x^2: error 2^-57.75.
inline constexpr double atan[] = {
    -0x1.555555555552ap-2,
    0x1.9999999995ae4p-3,
    -0x1.24924923922c2p-3,
    0x1.c71c718425007p-4,
    -0x1.745d11fb098d5p-4,
    0x1.3b136a1608af1p-4,
    -0x1.110e6d8a77d13p-4,
    0x1.e1bcf760ff4bbp-5,
    -0x1.ae644bf80873bp-5,
    0x1.82eeab6f1d806p-5,
    -0x1.59d7e9b53c549p-5,
    0x1.2c980c75b5ecbp-5,
    -0x1.eb4909b755e31p-6,
    0x1.69d85b7914677p-6,
    -0x1.ca976cd8627e3p-7,
    0x1.dc044cfdf32bcp-8,
    -0x1.7ea651784c221p-9,
    0x1.ba3cb8f727f08p-11,
    -0x1.44a3f5d561381p-13,
    0x1.c4a33db8d98fdp-17,
};
// (asin x / x - 1) / x^2 in x^2: error 2^-55.87.
inline constexpr double asin[] = {
    0x1.5555555555387p-3,
    0x1.333333336f8cbp-4,
    0x1.6db6db41d1eb8p-5,
    0x1.f1c72c6dc5f0cp-6,
    0x1.6e89ef7169780p-6,
    0x1.1c6c281e9ca47p-6,
    0x1.c6f8782e11072p-7,
    0x1.8ee4c14491b4fp-7,
    0x1.aab30935bad89p-8,
    0x1.40b22af2fa47dp-6,
    -0x1.0af51782474b3p-6,
    0x1.05ce62b2dc011p-5,
};

} // namespace dagger::elementary::coefficients
