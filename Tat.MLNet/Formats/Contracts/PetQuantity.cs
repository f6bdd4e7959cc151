namespace Tat.MLNet.Formats;

/// <summary>Quantities in which PET images can be read.</summary>
public enum PetQuantity
{
    /// <summary>Standardised uptake values by body weight, in g/ml; images that lack what it takes are refused.</summary>
    Suv,

    /// <summary>Modality values as they are stored, in most images Bq/ml.</summary>
    AsStored,
}
