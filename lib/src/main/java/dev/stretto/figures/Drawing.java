package dev.stretto.figures;

import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.GraphicsEnvironment;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.apache.batik.transcoder.SVGAbstractTranscoder;
import org.apache.batik.transcoder.Transcoder;
import org.apache.batik.transcoder.TranscoderException;
import org.apache.batik.transcoder.TranscoderInput;
import org.apache.batik.transcoder.TranscoderOutput;
import org.apache.batik.transcoder.image.ImageTranscoder;
import org.apache.fop.configuration.ConfigurationException;
import org.apache.fop.configuration.DefaultConfigurationBuilder;
import org.apache.fop.svg.PDFTranscoder;
import org.jetbrains.letsPlot.awt.plot.PlotSvgExport;
import org.jetbrains.letsPlot.commons.geometry.DoubleVector;

/**
 * From a Lets-Plot spec to SVG, and from SVG to PNG and PDF: the same bytes for the same input, and
 * the same font (Liberation Sans, shipped inside PDFBox) on every machine.
 */
final class Drawing {
  private static final String FONT = "Liberation Sans";
  static final String FONTS = "'" + FONT + "', Arial, Helvetica, sans-serif";
  private static final URL FONT_FILE =
      org.apache.pdfbox.pdmodel.PDDocument.class.getResource(
          "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf");

  static {
    // Batik reads the list of fonts once, so ours must be registered before its classes load
    System.setProperty("java.awt.headless", System.getProperty("java.awt.headless", "true"));
    try (InputStream file = FONT_FILE.openStream()) {
      GraphicsEnvironment.getLocalGraphicsEnvironment()
          .registerFont(Font.createFont(Font.TRUETYPE_FONT, file));
    } catch (IOException | FontFormatException e) {
      throw new IllegalStateException("the font inside PDFBox cannot be read: " + e, e);
    }
  }

  private static final Pattern TEXT = Pattern.compile("<(?:text|tspan)[^>]*>([^<]+)<");
  private static final int MANY_COLOURS = 40;
  private static final Pattern TAG = Pattern.compile("<[^>]*>");
  private static final Pattern DECIMALS = Pattern.compile("(\\d\\.\\d{2})\\d+(E-\\d+)?");
  private static final Pattern COLOUR = Pattern.compile("#[0-9a-fA-F]{6}|rgb\\([^)]*\\)");
  private static final Pattern TINY = Pattern.compile("-?\\d\\.\\d+E-\\d+");
  private static final Pattern ID = Pattern.compile("id=\"([^\"]+)\"");

  private Drawing() {}

  /**
   * Draws a raw Lets-Plot spec.
   *
   * @param spec the spec, with data
   * @param width in units
   * @param height in units
   * @return one svg element, the same for the same spec
   */
  static String svg(Map<String, Object> spec, double width, double height) {
    DoubleVector size = new DoubleVector(width, height);
    try {
      return normalised(PlotSvgExport.INSTANCE.buildSvgImageFromRawSpecs(spec, size, false));
    } catch (RuntimeException e) {
      throw new IllegalStateException("Lets-Plot cannot draw this plot: " + e.getMessage(), e);
    }
  }

  /** Without random ids, tool-tip styles and digits below a hundredth of a unit. */
  private static String normalised(String raw) {
    String svg =
        raw.replaceAll("(?m)^#\\w+ \\.[\\w-]*tooltip[^}]*}\\R", "")
            .replaceAll("(?m)^ *-?\\w*-?user-select: none;\\R", "")
            .replaceAll(" clip-bounds-jfx=\"[^\"]*\"", "")
            .replaceAll(" (fill|stroke)-opacity=\"1\\.0\"", "")
            .replaceAll("></(path|rect|line|circle)>", "/>")
            .replaceAll(">\\s+</(path|rect|line|circle)>", "/>")
            .replaceAll(
                "font-family: ?[^;]*;", Matcher.quoteReplacement("font-family: " + FONTS + ";"))
            .replaceAll(">\\s+([^<>\\s][^<>]*?)\\s+</(text|tspan)>", ">$1</$2>")
            .replaceAll("(?m)^ +", "");
    svg =
        TAG.matcher(svg)
            .replaceAll(
                tag ->
                    Matcher.quoteReplacement(
                        DECIMALS
                            .matcher(TINY.matcher(tag.group()).replaceAll("0.0"))
                            .replaceAll("$1")));
    Map<String, String> names = new LinkedHashMap<>();
    Matcher ids = ID.matcher(svg);
    while (ids.find()) {
      names.putIfAbsent(ids.group(1), "id" + names.size());
    }
    for (Map.Entry<String, String> name : names.entrySet()) {
      svg = svg.replace(name.getKey(), name.getValue());
    }
    // several drawings may stand in one page: the ids carry a sum of the drawing
    CRC32 sum = new CRC32();
    sum.update(svg.getBytes(StandardCharsets.UTF_8));
    String own = "s%08x-".formatted(sum.getValue());
    return svg.replaceAll("(id=\"|url\\(#|(?m)^#)id(\\d+)", "$1" + own + "$2");
  }

  /** The width of a line of text in units. */
  static double textWidth(String text, int size) {
    return new Font(FONT, Font.PLAIN, size)
        .getStringBounds(text, new FontRenderContext(null, true, true))
        .getWidth();
  }

  /** The width of the widest line in units, 0 for none. */
  static double widest(List<String> lines, int size) {
    return lines.stream().mapToDouble(line -> textWidth(line, size)).max().orElse(0);
  }

  /** The text with line breaks between words where a line would be wider than the room. */
  static String fit(String text, int fontSize, double room) {
    StringBuilder lines = new StringBuilder();
    String line = "";
    for (String word : text.split(" ", -1)) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && textWidth(longer, fontSize) > room) {
        lines.append(line).append('\n');
        line = word;
      } else {
        line = longer;
      }
    }
    return lines.append(line).toString();
  }

  /** The picture, with twice as many pixels as the drawing has units. */
  static BufferedImage image(String svg, double width) {
    BufferedImage[] drawn = new BufferedImage[1];
    ImageTranscoder transcoder =
        new ImageTranscoder() {
          @Override
          public BufferedImage createImage(int columns, int rows) {
            return new BufferedImage(columns, rows, BufferedImage.TYPE_INT_ARGB);
          }

          @Override
          public void writeImage(BufferedImage image, TranscoderOutput output) {
            drawn[0] = image;
          }
        };
    transcoder.addTranscodingHint(SVGAbstractTranscoder.KEY_WIDTH, (float) (2 * width));
    transcode(transcoder, svg);
    return drawn[0];
  }

  /**
   * A complete PNG file of a drawing on white in a palette of 64 colours, of 256 where the drawing
   * itself has many: a third of the size at no visible loss.
   */
  static byte[] png(String svg, double width) {
    long colours = COLOUR.matcher(svg).results().map(MatchResult::group).distinct().count();
    boolean many = colours > MANY_COLOURS || svg.contains("<image");
    return SmallPng.of(image(svg, width), many ? 256 : 64);
  }

  /** A PDF page, its font embedded; a unit of the drawing is so many millimetres. */
  static byte[] pdf(String svg, double mmPerUnit) {
    requireGlyphs(svg);
    PDFTranscoder transcoder = new PDFTranscoder();
    transcoder.addTranscodingHint(
        SVGAbstractTranscoder.KEY_PIXEL_UNIT_TO_MILLIMETER, (float) mmPerUnit);
    String fonts =
        """
        <fop><fonts>
          <font kerning="yes" embed-url="%s">
            <font-triplet name="%s" style="normal" weight="normal"/>
            <font-triplet name="%2$s" style="normal" weight="bold"/>
            <font-triplet name="%2$s" style="italic" weight="normal"/>
          </font>
        </fonts></fop>
        """
            .formatted(FONT_FILE, FONT);
    try {
      transcoder.configure(
          new DefaultConfigurationBuilder()
              .build(new ByteArrayInputStream(fonts.getBytes(StandardCharsets.UTF_8))));
    } catch (ConfigurationException e) {
      throw new IllegalStateException(e);
    }
    return transcode(transcoder, svg);
  }

  /** A character that the font lacks would be a {@code #} in the PDF. */
  static void requireGlyphs(String svg) {
    Font font = new Font(FONT, Font.PLAIN, 12);
    Matcher texts = TEXT.matcher(svg);
    while (texts.find()) {
      int missing = font.canDisplayUpTo(texts.group(1).strip());
      if (missing >= 0) {
        int character = texts.group(1).strip().codePointAt(missing);
        throw new IllegalArgumentException(
            "'%s' (U+%04X) in the text '%s' is not in the font %s: write another character"
                .formatted(Character.toString(character), character, texts.group(1).strip(), FONT));
      }
    }
  }

  private static byte[] transcode(Transcoder transcoder, String svg) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      transcoder.transcode(new TranscoderInput(new StringReader(svg)), new TranscoderOutput(bytes));
    } catch (TranscoderException e) {
      throw new IllegalStateException("the drawing cannot be converted: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }
}
