use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RsaPublicKeyComponents},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64},
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

/// An RSA key of a tenant, or of someone who would like to be one.
pub struct Key(KeyPair);

impl Key {
    pub fn generate() -> Self {
        Self(KeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// PKCS#8 in PEM.
    pub fn pem(&self) -> String {
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&self.0).unwrap();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()))
    }

    pub fn jwk(&self, id: &str) -> Value {
        let public: RsaPublicKeyComponents<Vec<u8>> = self.0.public_key().into();
        let (n, e) = (BASE64.encode(public.n), BASE64.encode(public.e));
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": n, "e": e })
    }

    /// A token with this header and these claims, signed with RS256 whatever the header says.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        let scheme = &aws_lc_rs::signature::RSA_PKCS1_SHA256;
        self.0.sign(scheme, &random, message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", BASE64.encode(signature))
    }

    /// A token signed with HS256 under the public key, which everyone knows.
    pub fn confuse(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let public = self.0.public_key().as_der().unwrap();
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public.as_ref());
        format!("{message}.{}", BASE64.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes())))
    }
}

/// A key on P-256.
pub struct EcKey(EcdsaKeyPair);

impl EcKey {
    pub fn generate() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub fn jwk(&self, id: &str) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let (x, y) = (BASE64.encode(x), BASE64.encode(y));
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id, "x": x, "y": y })
    }

    /// A token with this header and these claims, signed with ES256 whatever the header says.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature = self.0.sign(&aws_lc_rs::rand::SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", BASE64.encode(signature))
    }
}

pub fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()))
}

/// A tenant that says what it is told to say.
pub struct FakeTenant {
    pub server: MockServer,
}

impl FakeTenant {
    pub async fn new() -> Self {
        Self { server: MockServer::start().await }
    }

    pub fn origin(&self) -> String {
        self.server.uri()
    }

    pub fn issuer(&self) -> String {
        format!("{}/", self.origin())
    }

    /// Answers requests to a path; what is said first holds.
    pub async fn says(&self, verb: &str, to: &str, answer: ResponseTemplate) {
        Mock::given(method(verb)).and(path(to)).respond_with(answer).mount(&self.server).await;
    }

    /// Takes every number and every code.
    pub async fn is_friendly(&self) {
        let ok = ResponseTemplate::new(200).set_body_json(json!({}));
        self.says("POST", "/passwordless/start", ok.clone()).await;
        self.says("POST", "/passwordless/verify", ok.clone()).await;
        self.says("GET", "/.well-known/openid-configuration", ok).await;
    }

    pub async fn has_key(&self, key: &Key) {
        self.has_keys(&[json!({ "kty": "EC", "kid": "other" }), key.jwk("key-1")]).await;
    }

    pub async fn has_keys(&self, keys: &[Value]) {
        let keys = json!({ "keys": keys });
        self.says("GET", "/.well-known/jwks.json", ResponseTemplate::new(200).set_body_json(keys)).await;
    }

    pub async fn issues(&self, id_token: &str) {
        self.says("POST", "/oauth/token", tokens(id_token)).await;
    }

    /// Issues this token once, before all that were announced later.
    pub async fn issues_once(&self, id_token: &str) {
        let token = Mock::given(method("POST")).and(path("/oauth/token")).respond_with(tokens(id_token));
        token.up_to_n_times(1).mount(&self.server).await;
    }
}

fn tokens(id_token: &str) -> ResponseTemplate {
    let tokens = json!({ "id_token": id_token, "access_token": "a", "token_type": "Bearer", "expires_in": 86400 });
    ResponseTemplate::new(200).set_body_json(tokens)
}
