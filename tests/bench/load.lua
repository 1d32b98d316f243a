-- Sends the requests of a file over and over: one line each, METHOD TAB PATH TAB TOKEN TAB IF-MATCH TAB BODY.
-- Thread n takes every n-th line, so that no two connections change the same record.
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  local total = tonumber(args[2])
  requests, at, bad, first = {}, 0, 0, ""
  local line_number = 0
  for line in io.lines(args[1]) do
    if line_number % total == number then
      local method, path, token, version, body = line:match("^(.-)\t(.-)\t(.-)\t(.-)\t(.*)$")
      local headers = { ["Authorization"] = "Bearer " .. token, ["Accept"] = "application/json" }
      if version ~= "" then headers["If-Match"] = '"' .. version .. '"' end
      if body ~= "" then headers["Content-Type"] = "application/json" end
      requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
    end
    line_number = line_number + 1
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function response(status, headers, body)
  if status >= 300 then
    bad = bad + 1
    if first == "" then first = status .. " " .. body end
  end
end

local all = {}
local base_setup = setup
function setup(thread)
  base_setup(thread)
  all[#all + 1] = thread
end

function done(summary, latency)
  local bad_sum, text = 0, ""
  for _, thread in ipairs(all) do
    bad_sum = bad_sum + thread:get("bad")
    if text == "" then text = thread:get("first") end
  end
  local e = summary.errors
  io.write(string.format("FIGURES\t%d\t%d\t%d\t%d\t%d\t%d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), bad_sum, e.connect + e.read + e.write + e.timeout))
  if text ~= "" then io.write("FIRST\t" .. text:gsub("[\r\n\t]", " "):sub(1, 400) .. "\n") end
end
