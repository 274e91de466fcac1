-- Reads [[format, text], ...] from standard input and prints a list of documents.
-- One process for all; each text is parsed alone, so that nothing in one reaches the next.
-- The empty list of files puts every reader in pandoc's sandbox.
local documents = {}
for i, snippet in ipairs(pandoc.json.decode(io.read("a"), false)) do
  documents[i] = pandoc.write(pandoc.read(snippet[2], snippet[1], nil, {}), "json")
end
io.write("[" .. table.concat(documents, ",") .. "]")
