// The formulas' typesetter: MathJax 3 with the packages a chat needs, as two functions for app/math/mathjax.cpp.
// Bundled at build time (formula_bundle.cmake) and run in a QJSEngine without a browser.
//
// Model output is untrusted: the packages that load code, set HTML attributes or change options (require, autoload,
// html, action, setoptions) are not in the bundle, and one formula's definitions never reach the next.

import {mathjax} from 'mathjax-full/js/mathjax.js';
import {TeX} from 'mathjax-full/js/input/tex.js';
import {SVG} from 'mathjax-full/js/output/svg.js';
import {SVGmo} from 'mathjax-full/js/output/svg/Wrappers/mo.js';
import {liteAdaptor} from 'mathjax-full/js/adaptors/liteAdaptor.js';
import {RegisterHTMLHandler} from 'mathjax-full/js/handlers/html.js';
import {SerializedMmlVisitor} from 'mathjax-full/js/core/MmlTree/SerializedMmlVisitor.js';
import NewcommandUtil from 'mathjax-full/js/input/tex/newcommand/NewcommandUtil.js';
import {NEW_OPS} from 'mathjax-full/js/input/tex/ams/AmsMethods.js';
import {PAIREDDELIMS} from 'mathjax-full/js/input/tex/mathtools/MathtoolsConfiguration.js';
import 'mathjax-full/js/input/tex/base/BaseConfiguration.js';
import 'mathjax-full/js/input/tex/ams/AmsConfiguration.js';
import 'mathjax-full/js/input/tex/amscd/AmsCdConfiguration.js';
import 'mathjax-full/js/input/tex/boldsymbol/BoldsymbolConfiguration.js';
import 'mathjax-full/js/input/tex/braket/BraketConfiguration.js';
import 'mathjax-full/js/input/tex/cancel/CancelConfiguration.js';
import 'mathjax-full/js/input/tex/cases/CasesConfiguration.js';
import 'mathjax-full/js/input/tex/centernot/CenternotConfiguration.js';
import 'mathjax-full/js/input/tex/color/ColorConfiguration.js';
import 'mathjax-full/js/input/tex/configmacros/ConfigMacrosConfiguration.js';
import 'mathjax-full/js/input/tex/enclose/EncloseConfiguration.js';
import 'mathjax-full/js/input/tex/extpfeil/ExtpfeilConfiguration.js';
import 'mathjax-full/js/input/tex/gensymb/GensymbConfiguration.js';
import 'mathjax-full/js/input/tex/mathtools/MathtoolsConfiguration.js';
import 'mathjax-full/js/input/tex/mhchem/MhchemConfiguration.js';
import 'mathjax-full/js/input/tex/newcommand/NewcommandConfiguration.js';
import 'mathjax-full/js/input/tex/textcomp/TextcompConfiguration.js';
import 'mathjax-full/js/input/tex/textmacros/TextMacrosConfiguration.js';
import 'mathjax-full/js/input/tex/unicode/UnicodeConfiguration.js';
import 'mathjax-full/js/input/tex/upgreek/UpgreekConfiguration.js';

const maxNodes = 20000; // a page of formulas has a few hundred
const maxNesting = 200; // of the tree: Qt's drawing recurses over it too

// A numbered equation would be set across the whole width; here its number follows it.
// What would set options for later formulas does nothing.
const macros = {
    tag: ['\\qquad\\text{(#1)}', 1], label: ['', 1], bm: ['\\boldsymbol{#1}', 1],
    mathtoolsset: ['', 1], newtagform: ['', 3], renewtagform: ['', 3], usetagform: ['', 1]
};

// Where definitions go: \\def and its like, \\DeclareMathOperator, \\DeclarePairedDelimiter.
const definitionMaps = [NewcommandUtil.NEW_COMMAND, NewcommandUtil.NEW_DELIMITER, NewcommandUtil.NEW_ENVIRONMENT,
                        NEW_OPS, PAIREDDELIMS];

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const input = new TeX({
    packages: ['base', 'ams', 'amscd', 'boldsymbol', 'braket', 'cancel', 'cases', 'centernot', 'color', 'configmacros',
               'enclose', 'extpfeil', 'gensymb', 'mathtools', 'mhchem', 'newcommand', 'textcomp', 'textmacros',
               'unicode', 'upgreek'],
    macros: macros,
    formatError: function (jax, error) { throw error; }
});
const output = new SVG({fontCache: 'none', internalSpeechTitles: false});
const page = mathjax.document('', {InputJax: input, OutputJax: output});
const mathml = new SerializedMmlVisitor();

// Tall brackets and long arrows are stretched with a clipped inner <svg>, which Qt Svg lacks: scale the piece instead.
const overlap = 100; // thousandths of an em, into the pieces at both ends

SVGmo.prototype.addExtV = function (n, variant, H, D, T, B, W) {
    if (!n) return;
    const [h, d, w] = this.getChar(n, variant);
    const bottom = Math.max(0, B - overlap / 1000), top = Math.max(0, T - overlap / 1000);
    const height = H + D - top - bottom;
    if (height <= 0) return;
    const scale = height / (h + d);
    place(this, n, variant, (W - w) / 2, bottom - D + scale * d, 1, scale);
};

SVGmo.prototype.addExtH = function (n, variant, W, L, R, x) {
    if (!n) return;
    const [from, to] = inkOf(this.getChar(n, variant)); // an arrow's shaft is a minus, with air at both ends
    const left = Math.max(0, L - overlap / 1000), right = Math.max(0, R - overlap / 1000);
    const width = W - left - right;
    if (width <= 0) return;
    const scale = width / (to - from);
    place(this, n, variant, (x || 0) + left - scale * from, 0, scale, 1);
};

// The horizontal extent of a glyph's outline, in em.
function inkOf(character) {
    const outline = (character[3] || {}).p;
    let from = Infinity, to = -Infinity, x;
    const steps = outline ? ('M' + outline).match(/[A-Z][^A-Z]*/g) : [];
    steps.forEach(function (step) {
        const numbers = (step.slice(1).match(/-?[0-9.]+/g) || []).map(Number);
        if (step[0] === 'V' || step[0] === 'Z') return;
        for (let i = 0; i < numbers.length; i += step[0] === 'H' ? 1 : 2) {
            x = numbers[i];
            from = Math.min(from, x);
            to = Math.max(to, x);
        }
    });
    return to > from ? [from / 1000, to / 1000] : [0, character[2]];
}

function place(mo, n, variant, x, y, scaleX, scaleY) {
    const group = mo.svg('g');
    mo.addGlyph(n, variant, 0, 0, group);
    mo.adaptor.setAttribute(group, 'transform', 'translate(' + mo.fixed(x) + ',' + mo.fixed(y) + ') scale('
        + scaleX.toFixed(4) + ',' + scaleY.toFixed(4) + ')');
    mo.adaptor.append(mo.element, group);
}

function forgetDefinitions() {
    definitionMaps.forEach(function (name) {
        input.parseOptions.handlers.retrieve(name).map.clear();
    });
    const colours = input.parseOptions.packageData.get('color');
    if (colours && colours.model.userColors) colours.model.userColors.clear();
    input.reset(); // equation numbers and labels
}

function checkTree(root) {
    let count = 0;
    let level = [root];
    for (let depth = 0; level.length; ++depth) {
        count += level.length;
        if (depth > maxNesting) throw {id: 'depth', message: 'nested too deeply'};
        if (count > maxNodes) throw {id: 'length', message: 'too long'};
        const next = [];
        level.forEach(function (node) {
            (node.childNodes || []).forEach(function (child) { if (child && child.childNodes) next.push(child); });
        });
        level = next;
    }
}

function compile(tex, display) {
    const item = new page.options.MathItem(tex, input, display);
    item.setMetrics(16, 8, 1000000, 1000000, 1); // ex and em only serve lengths in px; lines are never broken
    try {
        item.compile(page);
    } finally {
        forgetDefinitions();
    }
    checkTree(item.root);
    return item;
}

// What TeX is to blame for has an id and a sentence; anything else is MathJax stumbling, and says nothing of use.
function failure(error) {
    return {error: error && error.id ? String(error.message) : ''};
}

// What MathJax leaves to a style sheet of the page, and what Qt Svg reads otherwise than a browser.
function forQt(svg) {
    return svg
        .replace(/fill="black"/g, 'fill="currentColor"') // a rule is black by name; it would vanish on a dark page
        .replace(/<text /g, '<text stroke="none" ') // an outline of width 0 is a hair to Qt: letters would look bold
        .replace(/<line data-line/g, '<line stroke-width="70" data-line')
        .replace(/<rect data-frame/g, '<rect fill="none" stroke-width="70" data-frame')
        .replace(/class="mjx-dashed"/g, 'stroke-dasharray="140"')
        .replace(/class="mjx-dotted"/g, 'stroke-linecap="round" stroke-dasharray="0,140"');
}

globalThis.qwillTypeset = function (tex, display) {
    try {
        const item = compile(tex, display);
        item.typeset(page);
        const svg = adaptor.firstChild(item.typesetRoot);
        const box = adaptor.getAttribute(svg, 'viewBox').split(' ').map(Number);
        const em = 1000 * output.font.params.x_height; // viewBox units an ex
        return {
            svg: forQt(adaptor.outerHTML(svg)),
            width: box[2] / em, height: box[3] / em, depth: (box[1] + box[3]) / em
        };
    } catch (error) {
        return failure(error);
    }
};

globalThis.qwillMathML = function (tex, display) {
    try {
        return {mathml: mathml.visitTree(compile(tex, display).root)};
    } catch (error) {
        return failure(error);
    }
};
