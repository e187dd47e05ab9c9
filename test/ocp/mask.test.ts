import { maskSecrets, secretsOf } from "../../src/ocp/mask.js";

test.each([
  ["password=hunter2, user=root", "password=***, user=root"],
  ['{"password": "a b, c", "id": 3}', '{"password": ***, "id": 3}'],
  ["stringMap={root_password=abc, host_id=3}", "stringMap={root_password=***, host_id=3}"],
  ["accessKeySecret: deadbeef end", "accessKeySecret: *** end"],
  ["token='x y' done", "token=*** done"],
  ["Authorization: Basic YWRtaW46aHVudGVyMg==", "Authorization: Basic ***"],
  ["sent OCP-ACCESS-KEY-HMACSHA1 ak:c2ln= twice", "sent OCP-ACCESS-KEY-HMACSHA1 *** twice"],
  ["at https://admin:hunter2@ocp.example.com/x", "at https://***@ocp.example.com/x"],
  ["Duplicate entry '3' for key 'PRIMARY'", "Duplicate entry '3' for key 'PRIMARY'"],
])("masks %j", (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

test("masks given secrets wherever they stand", () => {
  expect(maskSecrets("login with s3cr3t! failed (s3cr3t!!)", ["s3cr3t!"])).toBe("login with *** failed (***!)");
});

test("masks a very short secret only where it stands alone", () => {
  expect(maskSecrets("a banana for a", ["a"])).toBe("*** banana for ***");
});

test("knows the forms that credentials take on their way", () => {
  const secrets = secretsOf({ kind: "basic", username: "admin", password: 'p w"d' });
  expect(secrets).toEqual(['p w"d', "p%20w%22d", 'p w\\"d', Buffer.from('admin:p w"d').toString("base64")]);
});

test("takes no time over long texts without secrets", () => {
  const text = "keytoken".repeat(100_000);
  expect(maskSecrets(text)).toBe(text);
});
