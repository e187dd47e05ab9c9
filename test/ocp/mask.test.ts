import fc from "fast-check";
import { maskSecrets, secretsOf } from "../../src/ocp/mask.js";
import { oneLine } from "../../src/ocp/text.js";
import { processorTime } from "../support/processor-time.js";
import { half, randomRuns } from "../support/thorough.js";

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

describe("secrets of strangers, known by their shape", () => {
  test.each([
    ["mysql -h127.0.0.1 -P2883 -uroot@sys -phunter2 -e 'select 1'", "-e 'select 1'"],
    ["obclient -h 10.0.0.1 -u root -p hunter2 oceanbase", "oceanbase"],
    ["obclient -uroot -p'hunter2 s3cret' -Doceanbase", "-Doceanbase"],
    ['sshpass -p "hunter2" ssh admin@host', "ssh admin@host"],
    ["run -pHunter2 now", "now"],
    ["tool -p hunter2! -v", "-v"],
    ["ob_admin --password hunter2 --host h", "--host h"],
    ["ob_admin --password=hunter2 --host h", "--host h"],
    ["ob_admin --password 'hunter2 s3cret' --host h", "--host h"],
    ["ob_admin --root-passwd hunter2;", "ob_admin"],
    ["agent --token hunter2 start", "start"],
    ["CREATE USER proxyro IDENTIFIED BY 'hunter2';", "CREATE USER proxyro"],
    ["alter user root identified by hunter2;", "alter user root"],
    ["ALTER USER 'a'@'%' IDENTIFIED WITH mysql_native_password BY \"hunter2\"", "ALTER USER 'a'@'%'"],
    ["ALTER USER a IDENTIFIED BY 's3cret''hunter2' ACCOUNT", " ACCOUNT"],
    ['a,"x",password="s3cret""hunter2",b', ",b"],
    ["mysql -u root -p's3cret'\\''hunter2' -h host", "-h host"],
    [`ob_admin --password 's3cret'"'"'hunter2' --host h`, "--host h"],
    ["curl -u 'admin:s3cret'\\''hunter2' http://host", "http://host"],
    ["IDENTIFIED BY PASSWORD '*hunter2'", "IDENTIFIED BY"],
    ["SET PASSWORD = PASSWORD('hunter2')", "SET PASSWORD"],
    ["SET PASSWORD FOR 'root'@'%' = 'hunter2'", "'root'@'%'"],
    ["update user set authentication_string=PASSWORD( \"hunter2\" ) where user='root'", "where user='root'"],
    [`curl -u "admin:s3cret'\\''hunter2" http://host`, "http://host"],
    [`curl -u "admin:s3cret hunter2`, "curl"],
    [`curl -u admin:'s3cret'\\''hunter2' http://host`, "http://host"],
    ["curl -u admin:hunter2 http://host:8080/x", "http://host:8080/x"],
    ["curl -u 'admin:hunter2 s3cret' http://host", "http://host"],
    ["curl --user admin:hunter2 -k http://host", "-k http://host"],
    ["curl --user=admin:hunter2 http://host", "http://host"],
    ["curl --proxy-user admin:hunter2 http://host", "http://host"],
    ["curl -uadmin:hunter2 http://host", "http://host"],
    ["curl -H 'Authorization: Basic aHVudGVyMg==' http://host", "http://host"],
    ['curl -H "Authorization: Bearer hunter2.s3cret" http://host', "http://host"],
    ["curl -H 'Authorization: Custom key hunter2' http://host", "http://host"],
    ["curl -H 'X-Api-Key: hunter2' http://host", "http://host"],
    ["authorization=hunter2 next", "next"],
    ['{"Authorization":"Basic aHVudGVyMg=="}', "Basic"],
    ["http://admin:hunter2@host/x", "@host/x"],
    ["http://admin:s3cret@hunter2@host/x", "@host/x"],
    ["http://admin:s3cret/hunter2@host/x", "@host/x"],
    ["http://admin:s3cret@x/hunter2@host", "@host"],
    ["http://admin:s3cret?hunter2@host:80", "@host:80"],
    ["jdbc:oceanbase://root:hunter2@host:2883/db", "@host:2883/db"],
    ["jdbc:mysql://host:2883/db?user=root&password=hunter2&useSSL=false", "&useSSL=false"],
    ["pwd: hunter2", "pwd"],
    ["pass=hunter2", "pass="],
    ["db_pass: hunter2", "db_pass"],
    ["password=s3cret,hunter2 next", "next"],
    ["password=ab(hunter2) next", "next"],
    ['password=s3cret"hunter2 next', "next"],
    ['"password": "s3cret\\"hunter2", "id": 3', '"id": 3'],
    ['{\\"password\\": \\"hunter2 s3cret\\", \\"id\\": 3}', "id"],
    ["Cookie: JSESSIONID=hunter2", "Cookie"],
    ["密码：hunter2，主机 3", "密码"],
  ])("%s", (text, kept) => {
    const masked = maskSecrets(text);
    expect(masked).not.toMatch(/hunter2|s3cret|aHVudGVyMg/i);
    expect(masked).toContain("***");
    expect(masked).toContain(kept);
  });

  test.each([
    "The password is wrong; set a new password and try again",
    "use the --password option, or --token to sign in",
    "mkdir -p /home/admin/logs/obproxy",
    "ssh -p 22 admin@10.0.0.4 ls",
    "patch -p1 < a.diff; ps -p 4711; docker run -p 8080:80 image",
    "java -jar -parallel -path /x; find . -print -prune -perm 0644",
    "install -p package",
    "sudo -u admin ./start.sh; id -u; date -u; sort -u a",
    "Basic authentication is off; a bearer token is needed; digest of it",
    "see https://ocp.example.com:8080/#/task/31440 or http://host/@scope/package",
    "mail admin@example.com, host 10.0.0.4:2883, user root@sys#obcluster",
    "the cluster's primary key, a foreign key constraint, and the keyboard",
    "passed: 3, bypass: on, compass=north",
    "identified by its id; created by admin",
    "Execute task failed, subtask=Overview{id=9, name=Stop obproxy}",
    "Delete obproxy info: 主机 10.0.0.4 上的进程未停止，请检查",
    "2026-11-22 13:10:05.233 ERROR agent did not answer within 30s: connect timed out",
    "user: root, tenant: sys, -h 10.0.0.4 -P 2883",
    "task 31440: 3/8 done, 12 s: ended Start node; started Stop obproxy ×3",
  ])("are not ordinary words: %s", (text) => {
    expect(maskSecrets(text)).toBe(text);
  });
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

describe("one's own password", () => {
  const PASSWORD = `a&b"c'd<e>f\\g/h i+j%k=l?m#n@o:p;q$r密é`;
  const escapes: Readonly<Record<string, (text: string) => string>> = {
    "as it is": (text) => text,
    "for HTML": (text) =>
      text.replace(
        /[&"'<>]/g,
        (each) => ({ "&": "&amp;", '"': "&quot;", "'": "&#39;", "<": "&lt;", ">": "&gt;" })[each]!,
      ),
    "for HTML, by numbers": (text) =>
      Array.from(text)
        .map((each) => `&#${each.codePointAt(0)!};`)
        .join(""),
    "for HTML, by numbers with zeros": (text) =>
      Array.from(text)
        .map((each) => `&#00${each.codePointAt(0)!};`)
        .join(""),
    "for HTML, in hexadecimal": (text) =>
      Array.from(text)
        .map((each) => `&#x${each.codePointAt(0)!.toString(16)};`)
        .join(""),
    "for HTML, in upper case": (text) =>
      text.replace(/\W/gu, (each) => `&#X${each.codePointAt(0)!.toString(16).toUpperCase()};`),
    "for HTML, by rare names": (text) =>
      text.replace(/[@/:;=?#$%+\\]/g, (each) => {
        const names = { "@": "commat", "/": "sol", ":": "colon", ";": "semi", "=": "equals", "?": "quest" };
        const more = { "#": "num", $: "dollar", "%": "percnt", "+": "plus", "\\": "bsol" };
        return `&${({ ...names, ...more } as Record<string, string>)[each]!};`;
      }),
    "for a URL": encodeURIComponent,
    "for a URL, in lower case": (text) =>
      encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (each) => each.toLowerCase()),
    "for a URL, all of it": (text) =>
      [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
    "for a form": (text) => new URLSearchParams({ x: text }).toString().slice(2),
    "for a form, in lower case": (text) =>
      new URLSearchParams({ x: text })
        .toString()
        .slice(2)
        .replace(/%[0-9A-F]{2}/g, (each) => each.toLowerCase()),
    "for JSON": (text) => JSON.stringify(text).slice(1, -1),
    "for JSON in JSON": (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
    "for JSON, with slashes": (text) => JSON.stringify(text).slice(1, -1).replace(/\//g, "\\/"),
    "for JSON, by numbers": (text) =>
      Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`).join(
        "",
      ),
    "for JSON, by numbers in upper case": (text) =>
      text.replace(/[^\w ]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`),
    "for a shell": (text) => text.replace(/[^\w\u0080-\uffff]/g, "\\$&"),
    "in quotes of a shell": (text) => text.replace(/'/g, `'\\''`),
    "in two kinds of quotes of a shell": (text) => text.replace(/'/g, `'"'"'`),
    "for SQL or CSV": (text) => text.replace(/['"`]/g, "$&$&"),
    "in two kinds of quotes of a shell, in JSON": (text) => JSON.stringify(text.replace(/'/g, `'"'"'`)).slice(1, -1),
    "for a format": (text) => text.replace(/[%{}$]/g, "$&$&"),
    "in hexadecimal": (text) => Buffer.from(text).toString("hex"),
    "in HEXADECIMAL": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  };
  const secrets = secretsOf({ kind: "basic", username: "admin", password: PASSWORD });

  test.each(Object.entries(escapes))("is masked %s", (_, escape) => {
    expect(maskSecrets(`it says ${escape(PASSWORD)} now`, secrets)).toBe("it says *** now");
    expect(oneLine(maskSecrets(oneLine(`it says ${escape(PASSWORD)} now`), secrets))).toBe("it says *** now");
  });

  test("is masked in any mix of escapes", () => {
    // Those that work on each character by itself.
    const single = Object.entries(escapes).filter(([name]) => !/JSON in JSON|hexadecimal$|HEXADECIMAL/.test(name));
    const password = fc.string({
      unit: fc.constantFrom(...Array.from(PASSWORD), "A", "9", "ü", "😀"),
      minLength: 4,
      maxLength: 12,
    });
    fc.assert(
      fc.property(password, fc.infiniteStream(fc.constantFrom(...single.map(([, escape]) => escape))), (text, ways) => {
        fc.pre(text.trim() === text && text.trim().length >= 4 && !/\\/.test(text));
        const mixed = Array.from(text)
          .map((each) => (ways.next().value as (text: string) => string)(each))
          .join("");
        expect(maskSecrets(`[${mixed}]`, [text])).toBe("[***]");
      }),
      { numRuns: randomRuns(700) },
    );
  });

  test.each(["&#0061;", "&#x003D;", "&amp;equals;", "%253D", "\\u003d", "\\\\x3D", "="])(
    "is masked to its last character where it ends as base64 does, and that is written %s",
    (end) => {
      expect(maskSecrets(`[aaa%61${end}]`, ["aaaa="])).toBe("[***]");
    },
  );

  test("is masked in base64, wherever it stands in what was encoded", () => {
    const password = fc.string({
      unit: fc.constantFrom(...Array.from(PASSWORD), "A", "9", "~", "ÿ"),
      minLength: 5,
      maxLength: 20,
    });
    const around = fc.string({ unit: fc.constantFrom(...Array.from("abc:123 -ÿ~?")), maxLength: 8 });
    fc.assert(
      fc.property(
        password,
        around,
        around,
        fc.constantFrom<BufferEncoding>("base64", "base64url"),
        (text, before, after, form) => {
          const encoded = Buffer.from(`${before}${text}${after}`).toString(form);
          for (const each of [encoded, encoded.replace(/=+$/, "")]) {
            const found = maskSecrets(`token is ${each}, says OCP`, [text]);
            expect(found).toBe("token is ***, says OCP");
          }
        },
      ),
      { numRuns: randomRuns(700) },
    );
  });

  test.each(["base64", "base64url"] as const)("is masked in %s with the user's name, however short it is", (form) => {
    for (const password of ["a", "ab", "pw1", "hunter2", "???>>>"]) {
      const encoded = Buffer.from(`admin:${password}`).toString(form);
      const own = secretsOf({ kind: "basic", username: "admin", password });
      for (const each of [encoded, encoded.replace(/=+$/, ""), encodeURIComponent(encoded)]) {
        expect(maskSecrets(`got ${each} again`, own)).toBe("got *** again");
      }
    }
  });

  test("is an access key's secret as well", () => {
    const own = secretsOf({ kind: "aksk", accessKeyId: "ak", accessKeySecret: "se/cr+et==" });
    for (const text of [
      "se/cr+et==",
      "se%2Fcr%2bet%3D%3D",
      "se\\/cr+et==",
      Buffer.from("se/cr+et==").toString("base64"),
    ]) {
      expect(maskSecrets(`got ${text} again`, own)).toBe("got *** again");
    }
  });

  test("may be any text at all", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 12 }), (text) => {
        fc.pre(!/[\w*<>]/.test(text) || text.trim() === "");
        const own = secretsOf({ kind: "basic", username: "admin", password: text });
        expect(maskSecrets(`<${text}>`, own)).not.toContain(text);
        expect(maskSecrets(`<${encodeURIComponent(text)}>`, [text])).toMatch(/^<\*+>$/);
      }),
      { numRuns: randomRuns(700) },
    );
  });

  test("of common letters does not blacken what only resembles it", () => {
    const own = secretsOf({ kind: "basic", username: "admin", password: "task31" });
    expect(maskSecrets("task 31 and subtask 3 of task 3140", own)).toBe("task 31 and subtask 3 of task 3140");
  });
});

describe("takes no time over megabytes", () => {
  const MEBIBYTE = 1024 * 1024;
  const own = secretsOf({ kind: "basic", username: "admin", password: "hunter2 aaaa\\b'''x" });

  test.each(
    half([
      ...["keytoken", "password", "password=", 'password="', "a", "a:", "http://a:b/", "http://", "@", "x://a:@/"],
      ...[
        "-p ",
        "-p a",
        "-u a:",
        "-u '",
        "--password ",
        "authorization: ",
        "identified by ",
        "\\",
        '\\"',
        "'",
        "password='",
        "'\\''",
        `'"'"'`,
        '"',
        " ",
        "\n",
      ],
      ...[
        "&#97;",
        "%61",
        "&amp;",
        "\\u0061",
        "hunter2 aaa",
        "YWRtaW46",
        "Basic ",
        "digest ",
        "A",
        ",",
        ";a=",
        "密码：",
        "key",
      ],
    ]),
  )("of %j", (piece) => {
    expect(timeFor(piece, MEBIBYTE)).toBeLessThan(3_000);
  });

  // Few of them, because with two ways to read each the time doubles with every one.
  test.each(["'", '"'])("nor over a login in %s that does not end", (quote) => {
    expect(timeFor(`curl -u ${quote}a:${"'\\''".repeat(26)}\n`, 1)).toBeLessThan(1_000);
  });

  test("eight of them, the most that is read", () => {
    expect(timeFor("keytoken password -p a http://a:b/ &#97; ", 8 * MEBIBYTE)).toBeLessThan(20_000);
  });

  function timeFor(piece: string, length: number): number {
    const text = piece.repeat(Math.ceil(length / piece.length));
    return processorTime(() => {
      maskSecrets(text, own);
    });
  }
});
