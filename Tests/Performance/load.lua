-- What wrk asks for: an organisation's list, with its own key, each organisation as likely as the others.
-- wrk ... URL -- HOST KEYS ORGANISATIONS SEED: KEYS is the file that store.py writes.
-- The last line of output is what came of it, in JSON; times in microseconds.
local ffi = require("ffi")
ffi.cdef([[
    int open(const char *path, int flags);
    void *mmap(void *address, size_t length, int protection, int flags, int descriptor, long offset);
]])

local READ_ONLY, SHARED = 1, 1                        -- PROT_READ, MAP_SHARED
local KEY, LINE = 67, 68                              -- bytes of a key; and with its line break
local FORM = "GET /api/v1/organisations/%d/integrations/warehouse-connections/ HTTP/1.1\r\nHost: %s\r\n"
    .. "Authorization: Api-Key %s\r\n\r\n"

local host, keys, organisations

function init(arguments)
    host, organisations = arguments[1], tonumber(arguments[3])
    math.randomseed(tonumber(arguments[4]))
    local descriptor = ffi.C.open(arguments[2], 0)
    assert(descriptor >= 0, "load.lua: " .. arguments[2] .. ": cannot be opened")
    -- Mapped and not read: a table of a million keys is more than wrk may have.
    local address = ffi.C.mmap(nil, organisations * LINE, READ_ONLY, SHARED, descriptor, 0)
    assert(ffi.cast("intptr_t", address) ~= -1, "load.lua: " .. arguments[2] .. ": cannot be mapped")
    keys = ffi.cast("const char *", address)
end

function request()
    local organisation = math.random(organisations)
    return FORM:format(organisation, host, ffi.string(keys + (organisation - 1) * LINE, KEY))
end

function done(summary, latency)
    local errors = summary.errors
    print(('\n{"requests":%d,"seconds":%.6f,"p50":%d,"p99":%d,"refused":%d,"broken":%d}'):format(
        summary.requests,
        summary.duration / 1e6,
        latency:percentile(50),
        latency:percentile(99),
        errors.status,
        errors.connect + errors.read + errors.write + errors.timeout
    ))
end
