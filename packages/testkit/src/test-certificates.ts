/** Certificate chain and private key, both PEM. */
export interface TestCertificate {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Two certificates for localhost and 127.0.0.1, signed by themselves and good for a hundred years, so that tests need no
 * tool to make some. Their keys are public: never use them for anything else. `name` is the common name. Made by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -addext subjectAltName=…`.
 */
export const TEST_CERTIFICATES: { readonly first: TestCertificate; readonly second: TestCertificate } = {
  first: {
    name: 'first.slipway.test',
    cert: `-----BEGIN CERTIFICATE-----
MIIBrjCCAVOgAwIBAgIUZCUYgl+fd/gOwt5yg8KhKsaWMDQwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSZmlyc3Quc2xpcHdheS50ZXN0MCAXDTI2MTEyMjE3MjYxOVoY
DzIxMjYxMDI5MTcyNjE5WjAdMRswGQYDVQQDDBJmaXJzdC5zbGlwd2F5LnRlc3Qw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT4Q3Oq5HoFJmF/lezLJuqFFX8ulVQP
70DH01uqQFjZxDgj4NbMlTx0BU+1KwcrLTu7eitFqTTG9sV9XJErqVBfo28wbTAd
BgNVHQ4EFgQUQfaLQbt/FpY6q+x6ytSHqtQkIzcwHwYDVR0jBBgwFoAUQfaLQbt/
FpY6q+x6ytSHqtQkIzcwDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2Nh
bGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDSQAwRgIhAM3vljxnAsc0hs8Xq5H2r96U
eIVZjMxnr0n9rl4J6KsSAiEA+RiDxRMiDQ/Aij3aavOMjJSxZfzbVOlvwQVDaXsj
OxM=
-----END CERTIFICATE-----
`,
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgH/2G9QD4vokrv9Sj
Ldp7bFe9YYEawsHLfOfrwKHSCqqhRANCAAT4Q3Oq5HoFJmF/lezLJuqFFX8ulVQP
70DH01uqQFjZxDgj4NbMlTx0BU+1KwcrLTu7eitFqTTG9sV9XJErqVBf
-----END PRIVATE KEY-----
`,
  },
  second: {
    name: 'second.slipway.test',
    cert: `-----BEGIN CERTIFICATE-----
MIIBrzCCAVWgAwIBAgIUX1CXB7808TXkzS/jGCO6Qe5a0lwwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTc2Vjb25kLnNsaXB3YXkudGVzdDAgFw0yNjExMjIxNzI2MTla
GA8yMTI2MTAyOTE3MjYxOVowHjEcMBoGA1UEAwwTc2Vjb25kLnNsaXB3YXkudGVz
dDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABH3bI/9Rt5C3RjNNAIgUm2FPGou+
PikgobC6dmgtz7vLcpM/54GoOsdLN+s6fIgdJLJ5TyKoZ/u3giQdPy8GiIejbzBt
MB0GA1UdDgQWBBTxaNRI6jIbkIOvmchm8V/fgwel0zAfBgNVHSMEGDAWgBTxaNRI
6jIbkIOvmchm8V/fgwel0zAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGCCWxv
Y2FsaG9zdIcEfwAAATAKBggqhkjOPQQDAgNIADBFAiEA5U1kdZtNnaNOOysp5p09
qCyVyOsdFo5cyv6hQIi9qqsCIH/t7xVrOLfjg+G3D0I7xnz8ts1OgFvFyK1fJ4pY
tmsp
-----END CERTIFICATE-----
`,
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7ba08p9q1+iSH3aR
V4XyMaKwqLDGJXKYUVN4C5YXwoahRANCAAR92yP/UbeQt0YzTQCIFJthTxqLvj4p
IKGwunZoLc+7y3KTP+eBqDrHSzfrOnyIHSSyeU8iqGf7t4IkHT8vBoiH
-----END PRIVATE KEY-----
`,
  },
};
