-- Reads [[format, text], ...] from standard input and prints a list of documents; the argument is the
-- format of HTML. One process for all; each text is parsed alone, so that nothing in one reaches the next.
-- The empty list of files puts every reader in pandoc's sandbox.
local HTML = arg[1]

-- HTML inside Markdown is read where its tags only say structure. Anything else stays raw: it will be
-- shown as the text it is.
local STRUCTURE = {}
for tag in ("a b blockquote br caption center cite code col colgroup dd del details div dl dt em figcaption "
    .. "figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strike "
    .. "strong sub summary sup table tbody td tfoot th thead tr tt u ul var"):gmatch("%S+") do
  STRUCTURE[tag] = true
end

local function says_structure(html)
  for tag in html:gmatch("<[/!?]?%s*([^%s/>]*)") do
    if not STRUCTURE[tag:lower()] then return false end
  end
  return not html:lower():find("[%s\"'/]on%l+%s*=")
end

local function read(text, format)
  return pandoc.read(text, format, nil, {}).blocks
end

local function block(raw)
  if says_structure(raw.text) then return read(raw.text, HTML) end
end

-- What an opening tag makes of the inlines up to its closing one.
local function element(opening, tag, inlines)
  if tag == "code" then return pandoc.Inlines { pandoc.Code(pandoc.utils.stringify(inlines)) } end
  local made = pandoc.utils.blocks_to_inlines(read(opening .. "x</" .. tag .. ">", HTML))
  if #made ~= 1 or not made[1].content then return inlines end
  made[1].content = inlines
  return made
end

-- Opening tags wait on a stack for their closing ones; those that wait in vain stay as they are.
local function paired(inlines)
  local stack, here = {}, pandoc.Inlines {}
  for _, inline in ipairs(inlines) do
    local raw = inline.t == "RawInline" and says_structure(inline.text) and inline.text
    local opening = raw and raw:match("^<(%w+)")
    local closing = raw and raw:match("^</(%w+)%s*>$")
    if opening == "br" or opening == "img" or opening == "hr" then
      here:extend(pandoc.utils.blocks_to_inlines(read(raw, HTML)))
    elseif opening then
      table.insert(stack, { tag = opening, raw = inline, before = here })
      here = pandoc.Inlines {}
    elseif closing and #stack > 0 and stack[#stack].tag == closing then
      local open = table.remove(stack)
      local made = element(open.raw.text, closing, here)
      here = open.before
      here:extend(made)
    else
      here:insert(inline)
    end
  end
  while #stack > 0 do
    local open = table.remove(stack)
    open.before:insert(open.raw)
    open.before:extend(here)
    here = open.before
  end
  return here
end

local documents = {}
for i, snippet in ipairs(pandoc.json.decode(io.read("a"), false)) do
  local document = pandoc.Pandoc(read(snippet[2], snippet[1]))
  documents[i] = pandoc.write(document:walk { RawBlock = block, Inlines = paired }, "json")
end
io.write("[" .. table.concat(documents, ",") .. "]")
