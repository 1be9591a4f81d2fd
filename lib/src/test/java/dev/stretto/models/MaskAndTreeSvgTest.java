package dev.stretto.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.tensor.SvgDrawable;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class MaskAndTreeSvgTest {
  private static long count(String svg, String pattern) {
    return Pattern.compile(pattern).matcher(svg).results().count();
  }

  @Test
  void aMaskFillsAsManyCellsAsItLetsThrough() {
    SvgDrawable causal = new Mask.Causal().sketch(3, 4);
    assertEquals(4 * 7, count(causal.svg(), "<rect"));
    assertEquals(3 * 4 + 10, count(causal.svg(), "fill-opacity='1'"));
    assertEquals(10, count(causal.svg(), "#0072b2"));
    TokenTree tree = new TokenTree(new int[] {9, 1, 2, 3}, new int[] {-1, 0, 0, 1});
    var visible = new Mask.Visible(new boolean[][][] {tree.ancestors()}, new boolean[0][][]);
    assertEquals(1 + 2 + 2 + 3, count(visible.sketch(0, 4).svg(), "fill-opacity='1'"));
    assertEquals(
        "visible: 0 cached positions (grey), 4 new ones (blue)", visible.sketch(0, 4).toString());
  }

  @Test
  void aTreeDrawsEachNodeOnceAndLeavesOnLinesOfTheirOwn() {
    TokenTree tree = new TokenTree(new int[] {9, 1, 2, 3, 4}, new int[] {-1, 0, 0, 1, 1});
    String svg = tree.sketch(id -> id == 1 ? "<" : "t" + id, 0, 2).svg();
    assertEquals(5, count(svg, "<rect"));
    assertEquals(4, count(svg, "<path"));
    assertEquals(2, count(svg, "fill='#0072b2'"));
    assertTrue(svg.contains(">&lt;</text>"), svg);
    assertTrue(svg.contains("height='94'"), "three leaves are three lines: " + svg);
    assertEquals("token tree of 5 nodes, depth 2", tree.toString());
    assertTrue(tree.svg().contains(">9</text>"), tree.svg());
  }
}
