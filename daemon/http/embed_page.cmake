# Writes OUT, a C++ file with the content of every file in FOLDER.
#   cmake -DFOLDER=web-ui/first -DOUT=page_files.cpp -P embed_page.cmake
file(GLOB files ${FOLDER}/*.html ${FOLDER}/*.js ${FOLDER}/*.css ${FOLDER}/*.svg)
list(SORT files)
set(bytes "")
set(table "")
set(number 0)
foreach(file ${files})
  get_filename_component(name ${file} NAME)
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(APPEND bytes "const unsigned char kFile${number}[] = {${hex}0};\n")
  string(APPEND table "      {\"${name}\", {reinterpret_cast<const char*>(kFile${number}), ${size}}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "#include \"daemon/http/page.h\"\n\nnamespace mlp::http {\nnamespace {\n${bytes}}  // namespace\n\n"
  "const std::vector<PageFile>& page_files() {\n  static const std::vector<PageFile> files = {\n${table}  };\n  return files;\n}\n\n}  // namespace mlp::http\n")
