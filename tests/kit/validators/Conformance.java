import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

/** Asks veraPDF about files: `Conformance 3a,ua1 FILE...` prints file, flavour, PASS or FAIL, number of checks, what failed. */
public class Conformance {
  public static void main(String[] words) throws Exception {
    LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    for (int i = 1; i < words.length; i++) {
      for (String flavour : words[0].split(",")) {
        System.out.println(words[i] + "\t" + flavour + "\t" + verdict(words[i], flavour));
      }
    }
  }

  private static String verdict(String file, String flavour) {
    try (PDFAParser parser =
            Foundries.defaultInstance().createParser(new FileInputStream(file), PDFAFlavour.fromString(flavour));
        PDFAValidator validator = Foundries.defaultInstance().createValidator(profile(flavour), false)) {
      ValidationResult result = validator.validate(parser);
      Map<String, String> failures = new TreeMap<>();
      for (TestAssertion each : result.getTestAssertions()) {
        if (each.getStatus() == TestAssertion.Status.FAILED) {
          String rule = each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber();
          String where = each.getLocation().getContext();
          failures.putIfAbsent(rule, each.getMessage().replaceAll("\\s+", " ") + " @ " + where);
        }
      }
      return (result.isCompliant() ? "PASS" : "FAIL") + "\t" + result.getTotalAssertions() + "\t" + failures;
    } catch (Exception error) {
      return "ERROR\t0\t" + error;
    }
  }

  private static ValidationProfile profile(String flavour) throws Exception {
    String name = flavour.startsWith("ua") ? "PDFUA-" + flavour.substring(2) : "PDFA-" + flavour.toUpperCase();
    return Profiles.profileFromXml(
        Conformance.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml"));
  }
}
