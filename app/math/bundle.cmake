# qwill_bundle_mathjax(TARGET): puts MathJax, bundled and lowered to the ES5 that Qt's JavaScript engine runs well, into
# the target as the resource :/qwill/math/typeset.js. Some five seconds, done again only when typeset.js or a tool
# changes. Without the tools the application is built all the same and shows formulas as they are written.
option(QWILL_FORMULAS "Typeset formulas (node-mathjax-full, esbuild and tsc, at build time)" ON)

function(qwill_bundle_mathjax target)
    if(NOT QWILL_FORMULAS)
        message(STATUS "Formulas are shown as they are written: QWILL_FORMULAS is off")
        return()
    endif()
    find_program(QWILL_ESBUILD esbuild)
    find_program(QWILL_TSC tsc)
    find_path(QWILL_NODE_MODULES mathjax-full/package.json
        PATHS /usr/share/nodejs /usr/lib/node_modules /usr/local/lib/node_modules
        NO_CMAKE_FIND_ROOT_PATH) # tools of this machine's, also when it builds for Windows
    if(NOT QWILL_ESBUILD OR NOT QWILL_TSC OR NOT QWILL_NODE_MODULES)
        message(STATUS "Formulas are shown as they are written: install node-mathjax-full, esbuild and node-typescript")
        return()
    endif()
    set(source ${PROJECT_SOURCE_DIR}/app/math/typeset.js)
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/mathjax)
    set(bundle ${folder}/typeset.js)
    add_custom_command(OUTPUT ${bundle}
        COMMAND ${CMAKE_COMMAND} -E env NODE_PATH=${QWILL_NODE_MODULES}
                ${QWILL_ESBUILD} --bundle --target=es2016 --log-level=warning ${source} --outfile=${folder}/bundled.js
        COMMAND ${QWILL_TSC} --allowJs --target ES5 --downlevelIteration --outFile ${folder}/lowered.js
                ${folder}/bundled.js
        COMMAND ${QWILL_ESBUILD} --minify --target=es5 --log-level=warning ${folder}/lowered.js --outfile=${bundle}
        DEPENDS ${source} ${QWILL_NODE_MODULES}/mathjax-full/package.json ${QWILL_ESBUILD} ${QWILL_TSC}
        COMMENT "Bundling MathJax" VERBATIM)
    qt_add_resources(${target} qwill_math_js PREFIX /qwill/math BASE ${folder} FILES ${bundle})
endfunction()
