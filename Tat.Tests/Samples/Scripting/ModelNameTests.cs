using Tat.Samples.Scripting;

namespace Tat.Tests.Samples.Scripting;

[TestClass]
public sealed class ModelNameTests
{
    [TestMethod]
    [DataRow("LungCT", "LungCT")]
    [DataRow("lung", "Lung")]
    [DataRow("class", "Class")]
    [DataRow("record", "Record")]
    [DataRow("4D CT", "_4D_CT")]
    [DataRow("Kopf-Größe", "Kopf_Größe")]
    [DataRow("肺", "肺")]
    [DataRow("élan 2.0", "Élan_2_0")]
    [DataRow("💡", "__")]
    [DataRow("Path", "PathModel")]
    [DataRow("train", "TrainModel")]
    public void The_class_is_called_as_the_model_as_far_as_code_allows(string name, string expected) =>
        Assert.AreEqual(expected, new ModelName(name).ClassIn("Path.Combine(folder, Train())"));

    [TestMethod]
    [DataRow("")]
    [DataRow("  ")]
    [DataRow("a/b")]
    [DataRow("a\\b")]
    [DataRow("..")]
    [DataRow("a\"b")]
    [DataRow("a\nb")]
    [DataRow("tail.")]
    public void A_name_that_no_file_can_have_is_refused(string name) =>
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => new ModelName(name)).Message, "cannot be called",
            StringComparison.Ordinal);
}
