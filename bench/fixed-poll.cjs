// What people write by hand: one delete, then the task once a second until it says SUCCESSFUL.
const { OCP_URL, OCP_USERNAME, OCP_PASSWORD, OBPROXY_HOOK_CLUSTER_ID, OBPROXY_HOOK_OBPROXY_ID } = process.env;
const headers = { authorization: `Basic ${Buffer.from(`${OCP_USERNAME}:${OCP_PASSWORD}`).toString("base64")}` };
const call = async (method, path, body) => {
  const content = body && { body: JSON.stringify(body), headers: { ...headers, "content-type": "application/json" } };
  return (await fetch(OCP_URL + path, { method, headers, ...content })).json();
};
const cluster = `/api/v2/obproxy/clusters/${OBPROXY_HOOK_CLUSTER_ID}`;
const id = OBPROXY_HOOK_OBPROXY_ID;
const remove = () => {
  if (!id) return call("DELETE", cluster);
  if (process.env.BENCH_DIALECT !== "POST") return call("DELETE", `${cluster}/obproxies/${id}`);
  return call("POST", `${cluster}/servers/delete`, { obproxyServerIds: [Number(id)] });
};

(async () => {
  const { data } = await remove();
  for (let task = data; task.status !== "SUCCESSFUL";) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    task = (await call("GET", `/api/v2/tasks/instances/${data.id}`)).data;
  }
})();
