-- Reads {texts, formulas} from standard input and prints {documents, formulas}. A text is [format, text]; a
-- formula [definitions, TeX]. One process for all; each text is parsed alone, so that nothing in one reaches
-- the next. The empty list of files puts every reader in pandoc's sandbox.

local function read(text, format)
  return pandoc.read(text, format, nil, {})
end

local LONGEST = 3000  -- bytes of a formula

-- The formula without macros, and why it cannot be set, if so.
local function formula(definitions, tex)
  if definitions ~= "" then
    local fine, found = pcall(read, definitions .. "\n\n$" .. tex .. "$", "markdown+latex_macros+tex_math_dollars")
    if not fine then return { tex = "?", failed = "its definitions have no end" } end
    found:walk { Math = function(math) tex = math.text end }
  end
  if tex == "" then return { tex = tex, failed = "" } end
  if #tex > LONGEST then return { tex = tex, failed = "too long" } end
  local math = pandoc.Math("DisplayMath", tex)
  local messages = pandoc.log.silence(function() pandoc.write(pandoc.Pandoc { pandoc.Para { math } }, "typst") end)
  return { tex = tex, failed = #messages > 0 and "not understood" or "" }
end

local given = pandoc.json.decode(io.read("a"), false)
local documents, formulas = {}, {}
for i, text in ipairs(given[1]) do
  documents[i] = pandoc.json.encode(pandoc.write(read(text[2], text[1]), "json"))
end
for i, each in ipairs(given[2]) do
  formulas[i] = pandoc.json.encode(formula(each[1], each[2]))
end
io.write('{"documents":[', table.concat(documents, ","), '],"formulas":[', table.concat(formulas, ","), "]}")
