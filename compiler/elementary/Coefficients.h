// Made by coefficients.py; do not edit.
#pragma once

namespace dagger::elementary::coefficients {

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
// (log(1 + f) - f + f^2/2) / f^3, for f32: error 2^-27.35.
inline constexpr double logFloat[] = {
    0x1.5555543e56005p-2,
    -0x1.000226fa3cb3bp-2,
    0x1.99a00822b08e7p-3,
    -0x1.5472450888033p-3,
    0x1.22da20305ad61p-3,
    -0x1.0d85404785622p-3,
    0x1.055b5462db3f7p-3,
    -0x1.38b551744b06cp-4,
};
inline constexpr double erfFirst = 0x1.20dd700000000p+0;
// -log(erfc x) / x - erfFirst: error 2^-53.65.
inline constexpr double erf[] = {
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
// the same, for f32: error 2^-27.9.
inline constexpr double erfFloat[] = {
    0x1.45e3fa0d73d49p-22,
    0x1.45f2f9c2c552bp-1,
    0x1.a4fa5de7f53bbp-4,
    -0x1.39cdc7957477bp-6,
    -0x1.505e10e69610cp-13,
    0x1.b5000c087944fp-10,
    -0x1.4bc996ecd259fp-11,
    0x1.ed6b83da514afp-14,
    -0x1.3695e22275b94p-17,
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
