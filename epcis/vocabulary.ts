/**
 * The words of the Core Business Vocabulary 2.0 (sections 7.2 to 7.7; business steps are in core, where domains use them
 * too) and, for sensors, of the GS1 Web Vocabulary, as EPCIS 2.0 documents use them: bare.
 */
export const DISPOSITIONS = words(`
  active available completeness_inferred completeness_verified conformant container_closed container_open
  damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class
  mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other
  partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible
  stolen unavailable unknown
`);

export const BUSINESS_TRANSACTION_TYPES = words(`
  bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt
`);

export const SOURCE_DESTINATION_TYPES = words(`
  owning_party possessing_party location
`);

export const ERROR_REASONS = words(`
  did_not_occur incorrect_data
`);

export const MEASUREMENT_TYPES = words(`
  AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
  AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance
  Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity
  ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force
  Frequency Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance
  LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass
  MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass
  MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance
  Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage
  Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber
`);

export const SENSOR_ALERTS = words(`
  ALARM_CONDITION ERROR_CONDITION
`);

export const SENSOR_COMPONENTS = words(`
  x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude
  longitude altitude
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
