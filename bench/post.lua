-- Orders by one requester; every body is another.  LIANGCAO_TOKEN: a token.
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer " .. os.getenv("LIANGCAO_TOKEN")
wrk.headers["Content-Type"] = "application/json"
local n = 0
request = function()
  n = n + 1
  return wrk.format(nil, "/api/v1/orders", nil,
    '{"item_code":"A04","description":"走廊灯不亮 ' .. n .. '","answers":{"count":2}}')
end
done = function(summary, latency, requests)
  local bad = summary.errors.status + summary.errors.connect
    + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %.0f %.2f %.2f %d\n",
    summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad))
end
