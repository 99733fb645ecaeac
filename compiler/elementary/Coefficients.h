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
// the same, for f32: error 2^-34.17.
inline constexpr double expFloat[] = {
    0x1.0000003a1b138p-1,
    0x1.55555443666e3p-3,
    0x1.55548dd84c1e2p-5,
    0x1.1112708f273e9p-7,
    0x1.6d8cf42102673p-10,
    0x1.9f08a3a18183cp-13,
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
// (log(1 + f) - f + f^2/2) / f^3, for f32: error 2^-30.31.
inline constexpr double logFloat[] = {
    0x1.5555476c572bbp-2,
    -0x1.00000671f011dp-2,
    0x1.99a4b51a93e40p-3,
    -0x1.555c4cfb13ab1p-3,
    0x1.233769ead5765p-3,
    -0x1.fc22153142065p-4,
    0x1.e6f05ed826c61p-4,
    -0x1.de3bbe7484a6fp-4,
    0x1.1457575b66df4p-4,
};
inline constexpr double erfFirst = 0x1.20dd700000000p+0;
// -log(erfc x) / x - erfFirst: error 2^-55.36.
inline constexpr double erf[] = {
    0x1.410a6db3d60a9p-22,
    0x1.45f306dc9c8d9p-1,
    0x1.a4f4e2a1a9b3dp-4,
    -0x1.396685908d180p-6,
    -0x1.b6b6a1cb289b2p-13,
    0x1.bca691e015c5cp-10,
    -0x1.35663be11bb63p-11,
    0x1.b29af7ae63d00p-16,
    0x1.0e32f6ad3ff78p-14,
    -0x1.f032985b3e7e3p-16,
    0x1.a96df13073adcp-19,
    0x1.a47ecd0efdf0cp-19,
    -0x1.116c6f71a132ep-19,
    0x1.3258e8f5ba027p-21,
    -0x1.91ff652ceb004p-27,
    -0x1.1a56be034de94p-24,
    0x1.2917832aa378ap-25,
    -0x1.722e1e3e7076dp-27,
    0x1.446f67c415d04p-29,
    -0x1.9d8136e439dbap-32,
    0x1.7a65d63f507bbp-35,
    -0x1.d98010353da4dp-39,
    0x1.6ba4c5fab0fbep-43,
    -0x1.02d96c0ebdde0p-48,
};
// the same, for f32: error 2^-31.17.
inline constexpr double erfFloat[] = {
    0x1.4089d7c9c3ba7p-22,
    0x1.45f308f30377bp-1,
    0x1.a4f37ea3f2e66p-4,
    -0x1.39396c7a27ffdp-6,
    -0x1.095a9835a04e9p-12,
    0x1.d7b09a1454314p-10,
    -0x1.845530ed5c1f2p-11,
    0x1.5f3bad5883aedp-13,
    -0x1.664556255c5b8p-16,
    0x1.4052f897d5a0ap-20,
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
// (sin x / x - 1) / x^2 in x^2: error 2^-68.8.
inline constexpr double sin[] = {
    -0x1.5555555555555p-3,
    0x1.111111111110bp-7,
    -0x1.a01a01a018acep-13,
    0x1.71de3a5337a4bp-19,
    -0x1.ae645295e0880p-26,
    0x1.612091260e83cp-33,
    -0x1.aaa47ca53323dp-41,
};
// (cos x - 1 + x^2/2) / x^4 in x^2: error 2^-64.21.
inline constexpr double cos[] = {
    0x1.555555555554cp-5,
    -0x1.6c16c16c15162p-10,
    0x1.a01a019caef5cp-16,
    -0x1.27e4f807d7d13p-22,
    0x1.1ee9ea6de9401p-29,
    -0x1.8fadd1098cc1ep-37,
};

} // namespace dagger::elementary::coefficients
